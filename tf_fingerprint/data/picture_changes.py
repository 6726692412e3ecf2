"""Single changes to a single picture, by Pillow and SciPy.

Pictures are `(height, width, channels)`, `uint8`, before and after.
"""

import io
import math

import numpy as np
import scipy.ndimage
from PIL import Image
from PIL import ImageEnhance
from PIL import ImageFilter


def crop(image, share, offsets):
    """Cuts out whole pixels and resizes them back, bilinearly.

    `offsets`: where the cut begins, down and across: 0, at the beginning, to 1,
    as far on as it goes.
    """
    height, width = image.shape[:2]
    tall, wide = round(share * height), round(share * width)
    top, left = (
        _place(height, tall, offsets[0]),
        _place(width, wide, offsets[1]),
    )
    cut = image[top : top + tall, left : left + wide]
    resized = _pillow(cut).resize((width, height), Image.Resampling.BILINEAR)
    return _pixels(resized, image)


def paste(image, canvas, corner, colour):
    """Shows the picture on a flat square, resized to what it was.

    `canvas`: side of the flat square, in pixels; `corner`: where the picture
    begins on it, down and across; what lies beyond is cut off. `colour`: grey
    level of the square, 0 to 255.
    """
    side = image.shape[0]
    flat = np.full((canvas, canvas, image.shape[2]), colour, np.uint8)
    there, here = [], []
    for start in corner:
        there.append(slice(max(start, 0), min(start + side, canvas)))
        here.append(slice(there[-1].start - start, there[-1].stop - start))
    flat[tuple(there)] = image[tuple(here)]
    return scale(flat, side, "BILINEAR")


def trim(image, share, uniforms):
    """Cuts something off all around, as who cuts a picture out by hand.

    `uniforms`: two in [0, 1): how much of it before, down and across.
    """
    height, width = image.shape[:2]
    tall, wide = round((1 - share) * height), round((1 - share) * width)
    top = _place(height, tall, uniforms[0])
    left = _place(width, wide, uniforms[1])
    return image[top : top + tall, left : left + wide]


def scale(image, side, filter_name):
    """Resizes to a square.

    `side`: height and width after. Returns `(side, side, channels)`.
    """
    filtering = Image.Resampling[filter_name]
    scaled = np.asarray(_pillow(image).resize((side, side), filtering))
    return scaled.reshape(side, side, image.shape[2])


def resize(image, share):
    """Makes smaller, without aliasing, and large again, bilinearly.

    `share`: of the side in between.
    """
    height, width = image.shape[:2]
    small = (round(share * width), round(share * height))
    filtering = Image.Resampling.BILINEAR
    shrunk = _pillow(image).resize(small, filtering)
    return _pixels(shrunk.resize((width, height), filtering), image)


def blur(image, share):
    """Gaussian blur with OpenCV's kernel of a size; see `layers.windows`.

    `share`: the kernel's size as a share of each side.
    """
    levels = image.astype("float32")
    for axis in (0, 1):
        radius = round((share * image.shape[axis] - 1) / 2)
        if radius > 0:
            deviation = 0.3 * (radius - 1) + 0.8
            taps = np.exp(
                -np.square(np.arange(-radius, radius + 1) / deviation) / 2
            )
            levels = scipy.ndimage.correlate1d(
                levels, taps / taps.sum(), axis, mode="mirror"
            )
    return _rounded(levels)


def pillow_blur(image, radius):
    """Gaussian blur of a standard deviation, as Pillow approximates it."""
    return _pixels(
        _pillow(image).filter(ImageFilter.GaussianBlur(radius)), image
    )


def noise(image, deviation, rng):
    """Adds Gaussian noise; pixels beyond the range stop at it.

    `deviation`: as a share of the range: 0.05 is 12.75 grey levels.
    """
    drawn = rng.standard_normal(image.shape, np.float32)
    return _rounded(image + 255 * deviation * drawn)


def encode(image, form, quality):
    """Writes a file and reads it.

    `form`: `JPEG`, colours at half the size, `WEBP` or `AVIF`; `quality`: from
    1 to 100; rounded.
    """
    file = io.BytesIO()
    _pillow(image).save(file, form, quality=round(quality))
    with Image.open(file) as read:
        return _pixels(read.convert(_mode(image)), image)


def enhance(image, what, factor):
    """Changes brightness, contrast or saturation.

    `factor`: 1 changes nothing.
    """
    enhancer = getattr(ImageEnhance, what)(_pillow(image))
    return _pixels(enhancer.enhance(factor), image)


def erase(image, area, offsets):
    """Makes a square black.

    `area`: its share of the picture.
    """
    height, width = image.shape[:2]
    tall, wide = (round(math.sqrt(area) * side) for side in (height, width))
    top = _place(height, tall, offsets[0])
    left = _place(width, wide, offsets[1])
    erased = image.copy()
    erased[top : top + tall, left : left + wide] = 0
    return erased


def rotate(image, degrees, filter_name):
    """Turns counterclockwise about the centre; corners become black."""
    filtering = Image.Resampling[filter_name]
    return _pixels(_pillow(image).rotate(degrees, filtering), image)


def _place(side, length, offset):
    """The first of `length` pixels along a side; 0.5 is the middle."""
    return math.floor(offset * (side - length + 0.999))


def _mode(image):
    return "L" if image.shape[-1] == 1 else "RGB"


def _pillow(image):
    pixels = image[..., 0] if image.shape[-1] == 1 else image
    return Image.fromarray(np.ascontiguousarray(pixels))


def _pixels(changed, image):
    """A Pillow picture as an array, in the shape of the one before."""
    return np.asarray(changed).reshape(image.shape)


def _rounded(levels):
    return np.clip(np.round(levels), 0, 255).astype(np.uint8)
