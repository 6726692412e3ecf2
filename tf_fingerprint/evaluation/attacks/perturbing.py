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
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tf_fingerprint.evaluation.attacks import kinds

Images = npt.NDArray[np.uint8]

# Side of the papers' pictures.
PAPER_SIDE = 128

# Points of the papers' curves: 1 to 10.
LEVELS = tuple(range(1, 11))


@dataclasses.dataclass(frozen=True)
class Perturbation:
    """One kind of thing that happens to pictures.

    `strengths`: for a curve, from the mildest on; `change`: from a picture
    `(height, width, channels)`, a strength, three numbers in [0, 1) and a
    random generator to the changed picture.
    """

    name: str
    unit: str
    strengths: tuple[float, ...]
    change: Callable[..., Images] = dataclasses.field(repr=False)

    def apply(
        self, images: npt.ArrayLike, strength: float, rng: np.random.Generator
    ) -> Images:
        """Does it to every picture.

        `images`: `(images, height, width, channels)`, `uint8`; `strength`: in
        the unit; of those that have none, any number. `rng`: of all that is
        random about it: first three uniform numbers for each picture, then
        noise.
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


_PAPER_QUALITIES = tuple(float(110 - 10 * level) for level in LEVELS)

_KINDS = (
    (
        "crop",
        "share of the side kept, from the middle",
        _steps(1, 8 / PAPER_SIDE, 10),
        kinds.crop,
    ),
    (
        "blur",
        "kernel size as a share of the side",
        _steps(0, 45 / PAPER_SIDE, 10),
        kinds.blur,
    ),
    ("jpeg", "quality", _PAPER_QUALITIES, kinds.jpeg),
    (
        "noise",
        "standard deviation as a share of the range",
        _steps(0, 0.25, 10),
        kinds.noise,
    ),
    ("combined", "level of the four together", LEVELS, kinds.combined),
    ("waves_rotation", "degrees", _steps(0, 45, 6), kinds.waves_rotation),
    (
        "waves_resized_crop",
        "share of the area kept, from anywhere",
        _steps(1, 0.5, 6),
        kinds.waves_crop,
    ),
    ("waves_erasing", "share of the area", _steps(0, 0.25, 6), kinds.erasing),
    ("waves_brightness", "factor", _steps(1, 2, 6), kinds.brightness),
    ("waves_contrast", "factor", _steps(1, 2, 6), kinds.contrast),
    (
        "waves_blur",
        "radius in pixels of a picture of 512",
        _steps(0, 20, 6),
        kinds.waves_blur,
    ),
    (
        "waves_noise",
        "standard deviation as a share of the range",
        _steps(0, 0.1, 6),
        kinds.noise,
    ),
    ("waves_jpeg", "quality", _steps(90, 10, 6), kinds.jpeg),
    (
        "random_crop",
        "share of the side kept, from anywhere",
        _steps(1, 0.5, 6),
        kinds.random_crop,
    ),
    (
        "resize",
        "share of the side in between",
        _steps(1, 0.25, 6),
        kinds.resize,
    ),
    ("webp", "quality", _steps(90, 10, 5), kinds.webp),
    ("avif", "quality", _steps(90, 10, 5), kinds.avif),
    (
        "shift",
        "pixels, to any side, over a flat colour",
        _steps(0, 8, 5),
        kinds.shift,
    ),
    (
        "border",
        "width of a flat border as a share of the side, the picture anywhere",
        _steps(0, 0.25, 6),
        kinds.border,
    ),
    (
        "even_border",
        "width of a flat border all around as a share of the side",
        _steps(0, 0.25, 6),
        kinds.even_border,
    ),
    ("saturation", "factor", _steps(1, 0, 5), kinds.saturation),
    ("grayscale", "none", (1.0,), kinds.grayscale),
    ("flip", "none", (1.0,), kinds.flip),
    ("brightness", "factor", _steps(0.5, 1.5, 5), kinds.brightness),
    ("contrast", "factor", _steps(0.5, 1.5, 5), kinds.contrast),
    ("erasing", "share of the area", _steps(0, 0.5, 6), kinds.erasing),
    ("rotation", "degrees, to either side", _steps(0, 15, 6), kinds.rotation),
    ("screenshot", "level", tuple(map(float, range(1, 6))), kinds.screenshot),
    ("jpeg_twice", "quality of the first", _steps(90, 30, 4), kinds.jpeg_twice),
)

PERTURBATIONS = {
    name: Perturbation(name, unit, tuple(map(float, strengths)), change)
    for name, unit, strengths, change in _KINDS
}
