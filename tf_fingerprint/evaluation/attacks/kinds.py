"""What is done to one picture, by kind: from a strength and draws to Pillow.

Each takes a picture `(height, width, channels)`, `uint8`, a strength in the
unit of its kind, three numbers in [0, 1) and a random generator, and returns
the changed picture.
"""

import math

import numpy as np

from tf_fingerprint.data import picture_changes as changes

WAVES_SIDE = 512  # Of the pictures that the WAVES benchmark is made for.


def crop(image, share, uniforms, rng):
    """Crop."""
    return changes.crop(image, share, (0.5, 0.5))


def random_crop(image, share, uniforms, rng):
    """Random crop."""
    return changes.crop(image, share, uniforms[:2])


def waves_crop(image, area, uniforms, rng):
    """Waves crop."""
    return changes.crop(image, math.sqrt(area), uniforms[:2])


def resize(image, share, uniforms, rng):
    """Resize."""
    return changes.resize(image, share)


def blur(image, share, uniforms, rng):
    """Blur."""
    return changes.blur(image, share)


def waves_blur(image, radius, uniforms, rng):
    """Waves blur."""
    return changes.pillow_blur(image, radius * image.shape[0] / WAVES_SIDE)


def noise(image, deviation, uniforms, rng):
    """Noise."""
    return changes.noise(image, deviation, rng)


def jpeg(image, quality, uniforms, rng):
    """Jpeg."""
    return changes.encode(image, "JPEG", quality)


def jpeg_twice(image, quality, uniforms, rng):
    """Jpeg twice."""
    once = changes.encode(image, "JPEG", quality)
    return changes.encode(once, "JPEG", max(1, quality - 10))


def webp(image, quality, uniforms, rng):
    """Webp."""
    return changes.encode(image, "WEBP", quality)


def flip(image, strength, uniforms, rng):
    """Flip."""
    return image[:, ::-1]


def brightness(image, factor, uniforms, rng):
    """Brightness."""
    return changes.enhance(image, "Brightness", factor)


def contrast(image, factor, uniforms, rng):
    """Contrast."""
    return changes.enhance(image, "Contrast", factor)


def erasing(image, area, uniforms, rng):
    """Erasing."""
    return changes.erase(image, area, uniforms[:2])


def rotation(image, degrees, uniforms, rng):
    """Rotation."""
    sign = -1 if uniforms[2] < 0.5 else 1
    return changes.rotate(image, sign * degrees, "BILINEAR")


def waves_rotation(image, degrees, uniforms, rng):
    """Waves rotation."""
    return changes.rotate(image, degrees, "NEAREST")


def shift(image, pixels, uniforms, rng):
    """Shift."""
    down, across = np.floor(uniforms[:2] * (2 * pixels + 1)) - pixels
    corner = (int(down), int(across))
    return changes.paste(image, len(image), corner, flat_colour(uniforms[2]))


def border(image, share, uniforms, rng):
    """Border."""
    side = len(image)
    canvas = round(side * (1 + 2 * share))
    corner = [-round(place * (side - canvas)) for place in uniforms[:2]]
    return changes.paste(image, canvas, corner, flat_colour(uniforms[2]))


def even_border(image, share, uniforms, rng):
    """Even border."""
    return border(image, share, np.array([0.5, 0.5, uniforms[2]]), rng)


def flat_colour(uniform):
    """Black, white or some grey, each as often."""
    if uniform < 2 / 3:
        return 0 if uniform < 1 / 3 else 255
    return round(255 * (3 * uniform - 2))


def saturation(image, factor, uniforms, rng):
    """Saturation."""
    return changes.enhance(image, "Color", factor)


def grayscale(image, strength, uniforms, rng):
    """Grayscale."""
    return changes.enhance(image, "Color", 0.0)


def avif(image, quality, uniforms, rng):
    """Avif."""
    return changes.encode(image, "AVIF", quality)


def combined(image, level, uniforms, rng):
    """Crop, blur, noise and JPEG, each at its curve's point `level`."""
    steps = level - 1
    image = changes.crop(image, 1 - steps * (128 - 8) / 9 / 128, (0.5, 0.5))
    image = changes.blur(image, steps * 5 / 128)
    image = changes.noise(image, steps * 0.5 / 9 / 2, rng)
    return changes.encode(image, "JPEG", 110 - 10 * level)


def screenshot(image, level, uniforms, rng):
    """Shown half as large again, cut out by hand, made small, sent on."""
    side = image.shape[0]
    image = changes.scale(image, round(1.5 * side), "BICUBIC")
    image = changes.trim(image, 0.02 * level, uniforms[:2])
    image = changes.scale(image, side, "LANCZOS")
    return changes.encode(image, "JPEG", 95 - 8 * level)
