"""One picture file of any kind as a square 8-bit array."""

import os
import pathlib

import numpy as np
from PIL import Image
from PIL import ImageOps

from tf_fingerprint import errors
from tf_fingerprint.data import opening

# How a picture becomes square, by name, for configs and the command line.
CROPS = ("center", "celeba", "none")

# Aligned CelebA pictures, width and height, and the 128 x 128 square centred
# at (89, 121) that the paper cuts from them: left, upper, right, lower.
CELEBA_SIZE = (178, 218)
CELEBA_BOX = (25, 57, 153, 185)

# Lanczos goes over at most this many times the resolution; larger pictures
# are averaged over whole areas before.
_REDUCING_GAP = 3

# Factors for which Pillow's mean over areas is exact. For others, up to a
# tenth of its levels are one too dark (Pillow 10 to 13).
_EXACT_FACTORS = (2, 4, 8, 16)


def read_image(
    path_or_bytes,
    *,
    resolution: int,
    channels: int = 3,
    crop: str = "center",
    name: str | None = None,
) -> np.ndarray:
    """One picture, upright, cut to a square and scaled to `resolution`.

    Takes any size and any format of `image_kinds`. The EXIF orientation is
    applied, transparency is laid over white, 16-bit grey becomes 8-bit, and
    of an animation the first frame counts. Scaling is the rounded mean over
    areas where the factor is whole, else it is Lanczos.

    Args:
        path_or_bytes: File, or its contents.
        resolution: Height and width of the result, in pixels.
        channels: 3 for RGB, 1 for grey.
        crop: `"center"` cuts the largest centred square; `"celeba"` cuts rows
            57 to 185, columns 25 to 153 of an aligned CelebA picture;
            `"none"` takes only pictures that are square already.
        name: What errors call the picture. The path by default.

    Returns:
        `(resolution, resolution, channels)`, `uint8`.

    Raises:
        ValueError: If `resolution`, `channels` or `crop` make no sense.
        DataError: If the file can't be decoded or doesn't suit the crop.
    """
    check_form(resolution, channels, crop)
    is_bytes = isinstance(path_or_bytes, bytes | bytearray | memoryview)
    if name is None:
        name = "picture" if is_bytes else os.fspath(path_or_bytes)
    try:
        # Read in one go: the file is closed whatever Pillow's decoder does.
        content = (
            path_or_bytes
            if is_bytes
            else pathlib.Path(path_or_bytes).read_bytes()
        )
        with opening.opened(content, name) as image:
            return _square(image, resolution, channels, crop)
    # Pillow's decoders meet broken files with errors of a dozen types.
    except Exception as error:
        raise opening.unreadable(name, error) from error


def from_array(
    pixels: np.ndarray, resolution: int, channels: int, crop: str, name: str
) -> np.ndarray:
    """A decoded picture, `(height, width, 1 or 3 or 4)`, as by `read_image`."""
    try:
        if pixels.shape[-1] == 1:
            pixels = pixels[..., 0]
        return _square(Image.fromarray(pixels), resolution, channels, crop)
    except (errors.DataError, TypeError, ValueError) as error:
        raise errors.DataError(
            f"{name}: can't be used as a picture. {error}"
        ) from error


def check_form(resolution: int, channels: int, crop: str):
    """Raises `ValueError` unless pictures can be brought into this form."""
    if resolution < 1:
        raise ValueError(
            f"`resolution` must be at least 1. Received {resolution}."
        )
    if channels not in (1, 3):
        raise ValueError(
            f"`channels` must be 1 (grey) or 3 (RGB). Received {channels}."
        )
    if crop not in CROPS:
        raise ValueError(
            f"`crop` must be one of {', '.join(CROPS)}. Received {crop!r}."
        )


def upright(image: Image.Image, channels: int) -> np.ndarray:
    """An opened picture as `(height, width, channels)`, `uint8`, whole."""
    return _pixels(ImageOps.exif_transpose(image), channels)


def scaled(pixels: np.ndarray, resolution: int) -> np.ndarray:
    """A square picture at another size.

    `pixels`: `(side, side, 1 or 3)`, `uint8`. Returns
    `(resolution, resolution, 1 or 3)`, `uint8`.
    """
    side, channels = pixels.shape[1], pixels.shape[2]
    if side == resolution:
        return pixels
    if side % resolution == 0:
        return block_means(pixels, side // resolution)  # Rounds once.
    factor = max(side // resolution // _REDUCING_GAP, 1)
    flat = pixels[..., 0] if channels == 1 else pixels
    image = Image.fromarray(block_means(flat, factor))
    image = image.resize(
        (resolution, resolution),
        Image.Resampling.LANCZOS,
        box=(0, 0, side / factor, side / factor),
    )
    return np.asarray(image).reshape(resolution, resolution, channels)


def block_means(pixels: np.ndarray, factor: int) -> np.ndarray:
    """Rounded means over squares; those at the far edges may be smaller.

    `pixels`: `(height, width)` or `(height, width, channels)`, `uint8`. Returns
    the same with both sides divided by the factor, rounded up; halves are
    rounded up too.
    """
    if factor == 1:
        return pixels
    height, width = pixels.shape[:2]
    if factor in _EXACT_FACTORS and not (height % factor or width % factor):
        shaped = pixels[..., 0] if pixels.shape[2:] == (1,) else pixels
        reduced = np.asarray(Image.fromarray(shaped).reduce(factor))
        return reduced.reshape(*reduced.shape[:2], *pixels.shape[2:])
    rows = np.arange(0, height, factor)
    columns = np.arange(0, width, factor)
    sums = np.add.reduceat(pixels, rows, axis=0, dtype=np.uint32)
    sums = np.add.reduceat(sums, columns, axis=1)
    counts = np.outer(
        np.minimum(height - rows, factor), np.minimum(width - columns, factor)
    )
    counts = counts.reshape(*counts.shape, *[1] * (pixels.ndim - 2))
    return ((sums + counts // 2) // counts).astype(np.uint8)


def _square(image, resolution: int, channels: int, crop: str) -> np.ndarray:
    """A Pillow image as `read_image` returns it; its errors are Pillow's."""
    image = ImageOps.exif_transpose(image)
    image = image.crop(_crop_box(image.size, crop))
    return scaled(_pixels(image, channels), resolution)


def _pixels(image, channels):
    pixels = np.asarray(_with_channels(image, channels))
    return pixels.reshape(*pixels.shape[:2], channels)


def _crop_box(size, crop):
    """The square to cut: left, upper, right, lower."""
    width, height = size
    if crop == "celeba":
        if size != CELEBA_SIZE:
            raise errors.DataError(
                "The `celeba` crop needs aligned pictures of 178 x 218 "
                f"pixels. This one has {width} x {height}."
            )
        return CELEBA_BOX
    if crop == "none" and width != height:
        raise errors.DataError(
            f"With crop `none` pictures must be square. This one has {width} x "
            f"{height} pixels. Choose crop `center`."
        )
    side = min(width, height)
    left, upper = (width - side) // 2, (height - side) // 2
    return left, upper, left + side, upper + side


def _with_channels(image, channels):
    """The image as 8-bit grey or RGB, without transparency."""
    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image)
    if image.mode not in ("1", "L", "RGB"):
        image = image.convert("RGB")
    return image.convert("L" if channels == 1 else "RGB")


def _eight_bits(image):
    """A 16-bit or floating-point grey image, scaled to 8 bits.

    Pillow's own conversion clips at 255, which turns such pictures white.
    """
    values = np.asarray(image).astype("float64")
    largest, kind = (
        (1, "floating-point") if image.mode == "F" else (65535, "16-bit")
    )
    if not (values.min() >= 0 and values.max() <= largest):
        raise errors.DataError(
            f"Values of {kind} pictures must be 0 to {largest}. Received "
            f"{values.min():g} to {values.max():g}. Save it with 8 or 16 bits."
        )
    return Image.fromarray(np.rint(values * (255 / largest)).astype("uint8"))
