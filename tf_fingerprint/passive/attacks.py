"""The paper's attacks on attribution, on files and on batches in training.

Each picture meets its own, at a strength drawn for it:

    name         what happens                              drawn from
    photometric  brightness, then contrast, by a factor    [0.6, 1.4] each
    crop         cut from anywhere and resized back;       [0.05, 0.2]
                 share of the side that is cut off
    blur         Gaussian kernel, size in pixels           {1, 3, 5, 7, 9}
    jpeg         quality                                   {10, ..., 75}
    noise        Gaussian, variance in squared grey        [5, 20]
                 levels of 255
    combined     each of the five with probability 0.5, in this order

`photometric` stands in for the paper's relighting, which needs a network that
takes faces apart. Sizes of kernels are pixels whatever the pictures' size, so
that they are stronger at 32 than at the paper's 128.

`on_pixels` does it for real, by Pillow and SciPy, for measurements; `on_batch`
does the same in a network's arithmetic, for immunisation. Of the same draws
the two differ by about one grey level. Pictures are 8-bit after each step.

Reference:
    Yu et al., 2019, Section 4.4 (https://arxiv.org/abs/1811.08180).
"""

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from keras import ops

from tf_fingerprint import drawing
from tf_fingerprint.evaluation import picture_changes as changes
from tf_fingerprint.layers import perturbations

# For each picture: strengths of the six steps, two places, one spare, and of
# the five attacks whether they take part in `combined`.
NUM_UNIFORMS = 14
_PLACES, _TAKES_PART = slice(6, 9), 9

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
        "photometric",
        "brightness",
        lambda drawn, side: 0.6 + 0.8 * drawn,
        lambda image, factor, places, rng: changes.enhance(
            image, "Brightness", factor
        ),
    ),
    _Step(
        "photometric",
        "contrast",
        lambda drawn, side: 0.6 + 0.8 * drawn,
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
COMBINED = "combined"
NAMES = (*SINGLE, COMBINED)


def check(names: Sequence[str]) -> None:
    """Raises unless all are attacks.

    Args:
        names: Of `NAMES`.

    Raises:
        ValueError: If one is not.
    """
    for name in names:
        if name not in NAMES:
            raise ValueError(
                f"An attack must be one of {', '.join(NAMES)}. Received "
                f"{name!r}."
            )


def on_pixels(images: npt.ArrayLike, name: str, seed: int) -> Pixels:
    """Attacks every picture as its file would be, each in its own way.

    Args:
        images: `(images, height, width, channels)`, `uint8`.
        name: Of `NAMES`.
        seed: Of what is drawn; the same draws for all names.

    Returns:
        Pictures of the same shape.

    Raises:
        ValueError: If the images are no such array, or the name is none.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4:
        raise ValueError(
            "`images` must be uint8 with four axes. Received "
            f"{images.dtype} with {images.ndim} axes."
        )
    check([name])
    rng = np.random.default_rng(seed)
    uniforms = rng.random((len(images), NUM_UNIFORMS))
    return with_draws(images, name, uniforms, rng)


def with_draws(
    images: Pixels,
    name: str,
    uniforms: npt.NDArray,
    rng: np.random.Generator,
) -> Pixels:
    """What `on_pixels` does once it has drawn.

    Args:
        images: `(images, height, width, channels)`, `uint8`.
        name: Of `NAMES`.
        uniforms: `(images, NUM_UNIFORMS)` in [0, 1).
        rng: Draws the noise.

    Returns:
        Pictures of the same shape.
    """
    attacked = np.array(images)
    side = attacked.shape[1]
    for number, step in enumerate(_STEPS):
        strengths = step.strength(uniforms[:, number], side)
        strengths = ops.convert_to_numpy(strengths).tolist()
        for place in np.flatnonzero(_takes_part(step, name, uniforms)):
            attacked[place] = step.change(
                attacked[place],
                strengths[place],
                uniforms[place, _PLACES],
                rng,
            )
    return attacked


def draws(seed, shape):
    """What is random about a batch's attacks, the same for the same seed.

    Args:
        seed: From `drawing.replica_seed`, for `"perturbation"`.
        shape: `(batch, height, width, channels)`.

    Returns:
        Uniforms and normals, as `on_batch` takes them.
    """
    return drawing.perturbations(seed, shape, NUM_UNIFORMS + 1)


def on_batch(images, names, uniforms, normals, clean_share=0.0):
    """Attacks the pictures of a batch, with a gradient.

    Args:
        images: `(batch, height, width, channels)` in [-1, 1]; for JPEG, sides
            are multiples of 16.
        names: Of `NAMES`, to choose among for each picture.
        uniforms: `(batch, NUM_UNIFORMS + 1)` in [0, 1); the last one chooses.
        normals: In the shape of `images`, standard normal.
        clean_share: Share of the pictures, drawn too, that stay as they are.

    Returns:
        Pictures of the same shape, float32, in steps of 8-bit levels.
    """
    check(names)
    images = ops.clip(ops.cast(images, "float32"), -1, 1)
    # Below 0 for the clean ones.
    chosen = (uniforms[:, -1] - clean_share) / (1 - clean_share)
    chosen = ops.floor(chosen * len(names))
    for number, step in enumerate(_STEPS):
        here = _is_any(
            ops.equal(chosen, place) & _takes_part(step, name, uniforms)
            for place, name in enumerate(names)
            if name in (step.attack, COMBINED)
        )
        if here is None:
            continue
        images = perturbations.perturb_each(
            images,
            (step.kind,),
            ops.where(here, 0, -1),
            step.strength(uniforms[:, number], images.shape[1]),
            perturbations.Draws(uniforms[:, _PLACES], normals),
        )
        images = _to_levels(images)
    return images


def _takes_part(step, name, uniforms):
    """Which pictures a step of an attack is done to, `(pictures,)` of bool."""
    if name == COMBINED:
        return uniforms[:, _TAKES_PART + SINGLE.index(step.attack)] < 0.5
    return (uniforms[:, 0] >= 0) & (name == step.attack)


def _is_any(choices):
    """Where one of some choices is true; None if there are none."""
    found = None
    for choice in choices:
        found = choice if found is None else found | choice
    return found


def _to_levels(images):
    """What 8-bit files hold; backwards as if nothing had been rounded."""
    rounded = ops.round((images + 1) * 127.5) / 127.5 - 1
    return images + ops.stop_gradient(rounded - images)
