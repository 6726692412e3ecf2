"""What happens to picture files on their way, done for real.

Pillow writes the files and resamples, SciPy filters. Kinds that a training
knows have the same names, strengths and draws as `layers.perturbations`, which
agrees with them to about one grey level. Kinds called `waves_` are those of
the WAVES benchmark, over its ranges; it is made for pictures of 512 pixels, so
that its blur is scaled with the side.

Reference:
    Yu et al., 2022, Section 4 (https://arxiv.org/abs/2012.08726).
    An et al., 2024, WAVES (https://arxiv.org/abs/2401.08573).
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tf_fingerprint.data import picture_changes as changes

Images = npt.NDArray[np.uint8]

# Sides of the papers' pictures, and of WAVES's.
PAPER_SIDE, WAVES_SIDE = 128, 512

# Points of the papers' curves: 1 to 10.
LEVELS = tuple(range(1, 11))


@dataclasses.dataclass(frozen=True)
class Perturbation:
    """One kind of thing that happens to pictures.

    Args:
        name: In snake case.
        unit: What the strength is.
        strengths: For a curve, from the mildest on.
        change: From a picture `(height, width, channels)`, a strength, three
            numbers in [0, 1) and a random generator to the changed picture.
    """

    name: str
    unit: str
    strengths: tuple[float, ...]
    change: Callable[..., Images] = dataclasses.field(repr=False)

    def apply(
        self, images: npt.ArrayLike, strength: float, rng: np.random.Generator
    ) -> Images:
        """Does it to every picture.

        Args:
            images: `(images, height, width, channels)`, `uint8`.
            strength: In the unit; of those that have none, any number.
            rng: Of all that is random about it: first three uniform numbers
                for each picture, then noise.

        Returns:
            Pictures of the same shape.

        Raises:
            ValueError: If the images are no such array.
        """
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.ndim != 4:
            raise ValueError(
                "`images` must be uint8 with four axes. Received "
                f"{images.dtype} with {images.ndim} axes."
            )
        uniforms = rng.random((len(images), 3))
        changed = np.empty_like(images)
        for place, image in enumerate(images):
            changed[place] = self.change(image, strength, uniforms[place], rng)
        return changed


def _steps(first, last, count):
    """Evenly spaced strengths, without the noise of adding them up."""
    return tuple(round(float(x), 4) for x in np.linspace(first, last, count))


def _crop(image, share, uniforms, rng):
    return changes.crop(image, share, (0.5, 0.5))


def _random_crop(image, share, uniforms, rng):
    return changes.crop(image, share, uniforms[:2])


def _waves_crop(image, area, uniforms, rng):
    return changes.crop(image, math.sqrt(area), uniforms[:2])


def _resize(image, share, uniforms, rng):
    return changes.resize(image, share)


def _blur(image, share, uniforms, rng):
    return changes.blur(image, share)


def _waves_blur(image, radius, uniforms, rng):
    return changes.pillow_blur(image, radius * image.shape[0] / WAVES_SIDE)


def _noise(image, deviation, uniforms, rng):
    return changes.noise(image, deviation, rng)


def _jpeg(image, quality, uniforms, rng):
    return changes.encode(image, "JPEG", quality)


def _jpeg_twice(image, quality, uniforms, rng):
    once = changes.encode(image, "JPEG", quality)
    return changes.encode(once, "JPEG", max(1, quality - 10))


def _webp(image, quality, uniforms, rng):
    return changes.encode(image, "WEBP", quality)


def _flip(image, strength, uniforms, rng):
    return image[:, ::-1]


def _brightness(image, factor, uniforms, rng):
    return changes.enhance(image, "Brightness", factor)


def _contrast(image, factor, uniforms, rng):
    return changes.enhance(image, "Contrast", factor)


def _erasing(image, area, uniforms, rng):
    return changes.erase(image, area, uniforms[:2])


def _rotation(image, degrees, uniforms, rng):
    sign = -1 if uniforms[2] < 0.5 else 1
    return changes.rotate(image, sign * degrees, "BILINEAR")


def _waves_rotation(image, degrees, uniforms, rng):
    return changes.rotate(image, degrees, "NEAREST")


def _shift(image, pixels, uniforms, rng):
    down, across = np.floor(uniforms[:2] * (2 * pixels + 1)) - pixels
    corner = (int(down), int(across))
    return changes.paste(image, len(image), corner, _colour(uniforms[2]))


def _border(image, share, uniforms, rng):
    side = len(image)
    canvas = round(side * (1 + 2 * share))
    corner = [-round(place * (side - canvas)) for place in uniforms[:2]]
    return changes.paste(image, canvas, corner, _colour(uniforms[2]))


def _even_border(image, share, uniforms, rng):
    return _border(image, share, np.array([0.5, 0.5, uniforms[2]]), rng)


def _colour(uniform):
    """Black, white or some grey, each as often."""
    if uniform < 2 / 3:
        return 0 if uniform < 1 / 3 else 255
    return round(255 * (3 * uniform - 2))


def _saturation(image, factor, uniforms, rng):
    return changes.enhance(image, "Color", factor)


def _grayscale(image, strength, uniforms, rng):
    return changes.enhance(image, "Color", 0.0)


def _avif(image, quality, uniforms, rng):
    return changes.encode(image, "AVIF", quality)


def _combined(image, level, uniforms, rng):
    """Crop, blur, noise and JPEG, each at its curve's point `level`."""
    steps = level - 1
    image = changes.crop(image, 1 - steps * (128 - 8) / 9 / 128, (0.5, 0.5))
    image = changes.blur(image, steps * 5 / 128)
    image = changes.noise(image, steps * 0.5 / 9 / 2, rng)
    return changes.encode(image, "JPEG", 110 - 10 * level)


def _screenshot(image, level, uniforms, rng):
    """Shown half as large again, cut out by hand, made small, sent on."""
    side = image.shape[0]
    image = changes.scale(image, round(1.5 * side), "BICUBIC")
    image = changes.trim(image, 0.02 * level, uniforms[:2])
    image = changes.scale(image, side, "LANCZOS")
    return changes.encode(image, "JPEG", 95 - 8 * level)


_PAPER_QUALITIES = tuple(float(110 - 10 * level) for level in LEVELS)

_KINDS = (
    (
        "crop",
        "share of the side kept, from the middle",
        _steps(1, 8 / PAPER_SIDE, 10),
        _crop,
    ),
    (
        "blur",
        "kernel size as a share of the side",
        _steps(0, 45 / PAPER_SIDE, 10),
        _blur,
    ),
    ("jpeg", "quality", _PAPER_QUALITIES, _jpeg),
    (
        "noise",
        "standard deviation as a share of the range",
        _steps(0, 0.25, 10),
        _noise,
    ),
    ("combined", "level of the four together", LEVELS, _combined),
    ("waves_rotation", "degrees", _steps(0, 45, 6), _waves_rotation),
    (
        "waves_resized_crop",
        "share of the area kept, from anywhere",
        _steps(1, 0.5, 6),
        _waves_crop,
    ),
    ("waves_erasing", "share of the area", _steps(0, 0.25, 6), _erasing),
    ("waves_brightness", "factor", _steps(1, 2, 6), _brightness),
    ("waves_contrast", "factor", _steps(1, 2, 6), _contrast),
    (
        "waves_blur",
        "radius in pixels of a picture of 512",
        _steps(0, 20, 6),
        _waves_blur,
    ),
    (
        "waves_noise",
        "standard deviation as a share of the range",
        _steps(0, 0.1, 6),
        _noise,
    ),
    ("waves_jpeg", "quality", _steps(90, 10, 6), _jpeg),
    (
        "random_crop",
        "share of the side kept, from anywhere",
        _steps(1, 0.5, 6),
        _random_crop,
    ),
    ("resize", "share of the side in between", _steps(1, 0.25, 6), _resize),
    ("webp", "quality", _steps(90, 10, 5), _webp),
    ("avif", "quality", _steps(90, 10, 5), _avif),
    (
        "shift",
        "pixels, to any side, over a flat colour",
        _steps(0, 8, 5),
        _shift,
    ),
    (
        "border",
        "width of a flat border as a share of the side, the picture anywhere",
        _steps(0, 0.25, 6),
        _border,
    ),
    (
        "even_border",
        "width of a flat border all around as a share of the side",
        _steps(0, 0.25, 6),
        _even_border,
    ),
    ("saturation", "factor", _steps(1, 0, 5), _saturation),
    ("grayscale", "none", (1.0,), _grayscale),
    ("flip", "none", (1.0,), _flip),
    ("brightness", "factor", _steps(0.5, 1.5, 5), _brightness),
    ("contrast", "factor", _steps(0.5, 1.5, 5), _contrast),
    ("erasing", "share of the area", _steps(0, 0.5, 6), _erasing),
    ("rotation", "degrees, to either side", _steps(0, 15, 6), _rotation),
    ("screenshot", "level", tuple(map(float, range(1, 6))), _screenshot),
    ("jpeg_twice", "quality of the first", _steps(90, 30, 4), _jpeg_twice),
)

PERTURBATIONS = {
    name: Perturbation(name, unit, tuple(map(float, strengths)), change)
    for name, unit, strengths, change in _KINDS
}
