"""The paper's attacks on attribution, on files and on batches in training.

Each picture meets its own, at a strength drawn for it:

    name         what happens                              drawn from
    relight      brightness, then contrast, by a factor    [0.6, 1.6] each
    crop         cut from anywhere and resized back;       [0.05, 0.2]
                 share of the side that is cut off
    blur         Gaussian kernel, size in pixels           {1, 3, 5, 7, 9}
    jpeg         quality                                   {10, ..., 75}
    noise        Gaussian, variance in squared grey        [5, 20]
                 levels of 255
    combined     each of the five with probability 0.5, in this order

In the paper `relight` is a network's estimate of a face under other light; a
photometric change takes its place. Kernels are in pixels whatever the size of
the pictures, so that they are stronger at 32 than at the paper's 128.

`attacked` does it for real, by Pillow and SciPy, for measurements; `Attack`
does the same in a network's arithmetic, for immunisation. Of the same draws
the two differ by about one grey level. Pictures are 8-bit after each step.

Reference:
    Yu et al., 2019, Section 4.4 (https://arxiv.org/abs/1811.08180).
"""

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from keras import ops

from tf_fingerprint.data import picture_changes as changes
from tf_fingerprint.layers import perturbations

# For each picture: strengths of the six steps, three for places, of the five
# attacks whether they take part in `combined`, and whether it stays clean.
NUM_UNIFORMS = 15
_PLACES, _TAKES_PART, _CLEAN = slice(6, 9), 9, 14

Pixels = npt.NDArray[np.uint8]


@dataclasses.dataclass(frozen=True)
class _Step:
    """One change, by its name in `layers.perturbations`."""

    attack: str
    kind: str
    # From numbers in [0, 1) and the side in pixels; NumPy's or Keras's.
    strength: Callable
    # From a picture, its strength, where it is cut, and a random generator.
    change: Callable


_STEPS = (
    _Step(
        "relight",
        "brightness",
        lambda drawn, side: 0.6 + drawn,
        lambda image, factor, places, rng: changes.enhance(
            image, "Brightness", factor
        ),
    ),
    _Step(
        "relight",
        "contrast",
        lambda drawn, side: 0.6 + drawn,
        lambda image, factor, places, rng: changes.enhance(
            image, "Contrast", factor
        ),
    ),
    _Step(
        "crop",
        "random_crop",
        lambda drawn, side: 0.95 - 0.15 * drawn,
        lambda image, share, places, rng: changes.crop(
            image, share, places[:2]
        ),
    ),
    _Step(
        "blur",
        "blur",
        lambda drawn, side: (1 + 2 * ops.floor(5 * drawn)) / side,
        lambda image, share, places, rng: changes.blur(image, share),
    ),
    _Step(
        "jpeg",
        "jpeg",
        lambda drawn, side: 10 + ops.floor(66 * drawn),
        lambda image, quality, places, rng: changes.encode(
            image, "JPEG", quality
        ),
    ),
    _Step(
        "noise",
        "noise",
        lambda drawn, side: ops.sqrt(5 + 15 * drawn) / 255,
        lambda image, deviation, places, rng: changes.noise(
            image, deviation, rng
        ),
    ),
)

# In the order in which the paper combines them.
SINGLE = tuple(dict.fromkeys(step.attack for step in _STEPS))
NONE, COMBINED = "none", "combined"
NAMES = (*SINGLE, COMBINED)


@dataclasses.dataclass(frozen=True)
class Attack:
    """Attacks each picture of a batch in its own way, with a gradient.

    `clean_share`: share of the pictures that stay as they are.
    """

    name: str = NONE
    clean_share: float = 0.0

    def __post_init__(self):
        _check(self.name)

    def apply(self, images, uniforms, normals):
        """Does it.

        `images`: `(batch, height, width, channels)` in [-1, 1]; for JPEG, sides
        are multiples of 16. `uniforms`: `(batch, NUM_UNIFORMS)` in [0, 1).
        Returns pictures of the same shape, float32, in steps of 8-bit levels.
        """
        if self.name == NONE:
            return images
        images = ops.clip(ops.cast(images, "float32"), -1, 1)
        hit = uniforms[:, _CLEAN] >= self.clean_share
        for number, step in _steps(self.name):
            here = hit & _takes_part(step, self.name, uniforms)
            changed = perturbations.perturb_each(
                images,
                (step.kind,),
                ops.where(here, 0, -1),
                step.strength(uniforms[:, number], images.shape[1]),
                perturbations.Draws(uniforms[:, _PLACES], normals),
            )
            images = _to_levels(changed)
        return images


def attacked(images: npt.ArrayLike, name: str, *, seed: int) -> Pixels:
    """Pictures as they are found after an attack, done for real.

    `images`: `(images, height, width, channels)`, `uint8`.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4:
        raise ValueError(
            "`images` must be uint8 with four axes. Received "
            f"{images.dtype} with {images.ndim} axes."
        )
    _check(name)
    rng = np.random.default_rng(seed)
    uniforms = rng.random((len(images), NUM_UNIFORMS))
    return with_draws(images, name, uniforms, rng)


def with_draws(
    images: Pixels,
    name: str,
    uniforms: npt.NDArray,
    rng: np.random.Generator,
) -> Pixels:
    """What `attacked` does once it has drawn.

    `images`: `(images, height, width, channels)`, `uint8`; `uniforms`:
    `(images, NUM_UNIFORMS)` in [0, 1).
    """
    changed = np.array(images)
    for number, step in _steps(name):
        strengths = step.strength(uniforms[:, number], images.shape[1])
        strengths = ops.convert_to_numpy(strengths).tolist()
        for place in np.flatnonzero(_takes_part(step, name, uniforms)):
            changed[place] = step.change(
                changed[place],
                strengths[place],
                uniforms[place, _PLACES],
                rng,
            )
    return changed


def _check(name):
    """Raises unless it is an attack, or none."""
    if name not in (NONE, *NAMES):
        raise ValueError(
            f"An attack must be one of {', '.join((NONE, *NAMES))}. Received "
            f"{name!r}."
        )


def _steps(name):
    """The steps of an attack, each with its place among all."""
    return [
        (number, step)
        for number, step in enumerate(_STEPS)
        if name in (step.attack, COMBINED)
    ]


def _takes_part(step, name, uniforms):
    """Which pictures a step of an attack is done to, `(pictures,)` of bool."""
    if name == COMBINED:
        return uniforms[:, _TAKES_PART + SINGLE.index(step.attack)] < 0.5
    return uniforms[:, _TAKES_PART] >= 0  # All.


def _to_levels(images):
    """What 8-bit files hold; backwards as if nothing had been rounded."""
    rounded = ops.round((images + 1) * 127.5) / 127.5 - 1
    return images + ops.stop_gradient(rounded - images)
