"""What may have happened to pictures before they are classified.

Each kind has one strength, drawn anew for every picture. `Attack` is for
training, inside a step; `attacked` is the same done for real, with files that
Pillow writes, for measuring.

    noise     Gaussian, its variance between 5 and 20 squared grey levels
    blur      Gaussian, its kernel of 1, 3, 5, 7 or 9 pixels
    crop      anywhere, 80 to 95 % of the side, then resized back
    jpeg      quality 10 to 75
    relight   brightness, then contrast, by factors between 0.6 and 1.6
    combined  relight, crop, blur, jpeg, noise in this order, each with
              probability 0.5

In the paper `relight` is a network's estimate of the picture under other
light; a photometric change takes its place here.

Reference:
    Yu et al., 2019, Section 4.5 (https://arxiv.org/abs/1811.08180).
"""

import dataclasses

import numpy as np
import numpy.typing as npt
from keras import ops

from tf_fingerprint.evaluation import perturbing
from tf_fingerprint.layers import perturbations

NONE, COMBINED = "none", "combined"
LEVELS = 255.0

# In the order in which they are combined.
_ORDER = ("relight", "crop", "blur", "jpeg", "noise")
NAMES = ("noise", "blur", "crop", "jpeg", "relight", COMBINED)

# From a kind to those of `layers.perturbations` that it consists of.
_PARTS = {
    "relight": ("brightness", "contrast"),
    "crop": ("random_crop",),
    "blur": ("blur",),
    "jpeg": ("jpeg",),
    "noise": ("noise",),
}
_STEPS = tuple(part for kind in _ORDER for part in _PARTS[kind])

# Uniform numbers for a picture: of each step whether, how strongly and where.
NUM_UNIFORMS = 1 + len(_ORDER) + 4 * len(_STEPS)


def strength(part, uniform, side):
    """How strongly a step acts.

    Args:
        part: One of `brightness`, `contrast`, `random_crop`, `blur`, `jpeg`,
            `noise`.
        uniform: In [0, 1); a tensor or an array.
        side: Of the pictures, in pixels.

    Returns:
        In the unit of `layers.perturbations`, of the shape of `uniform`.
    """
    if part in ("brightness", "contrast"):
        return 0.6 + uniform
    if part == "random_crop":
        return 1 - (0.05 + 0.15 * uniform)
    if part == "blur":
        return (2 * ops.floor(5 * uniform) + 1) / side
    if part == "jpeg":
        return 10 + ops.floor(66 * uniform)
    return ops.sqrt(5 + 15 * uniform) / LEVELS


@dataclasses.dataclass(frozen=True)
class Attack:
    """Changes each picture of a batch in its own way, with a gradient.

    Args:
        name: One of `NAMES`, or `"none"`.
        clean_share: Share of the pictures to which nothing happens.
    """

    name: str = NONE
    clean_share: float = 0.0

    def __post_init__(self):
        if self.name not in (NONE, *NAMES):
            raise ValueError(
                f"`name` must be one of {', '.join((NONE, *NAMES))}. Received "
                f"{self.name!r}."
            )

    def apply(self, images, uniforms, normals):
        """Does it.

        Args:
            images: `(batch, side, side, channels)` in [-1, 1].
            uniforms: `(batch, NUM_UNIFORMS)` in [0, 1).
            normals: In the shape of `images`, standard normal.

        Returns:
            Pictures of the same shape, float32.
        """
        if self.name == NONE:
            return images
        side = images.shape[1]
        clean = uniforms[:, 0] < self.clean_share
        for place, part in enumerate(_STEPS):
            kind = _kind_of(part)
            if self.name not in (kind, COMBINED):
                continue
            skipped = clean
            if self.name == COMBINED:
                coin = uniforms[:, 1 + _ORDER.index(kind)]
                skipped = ops.logical_or(clean, coin < 0.5)
            first = 1 + len(_ORDER) + 4 * place
            drawn = uniforms[:, first : first + 4]
            images = perturbations.perturb_each(
                images,
                (part,),
                ops.where(skipped, -1, 0),
                strength(part, drawn[:, 3], side),
                perturbations.Draws(drawn[:, :3], normals),
            )
        return images


def attacked(
    images: npt.NDArray[np.uint8], name: str, *, seed: int
) -> npt.NDArray[np.uint8]:
    """Pictures as they are found after an attack, done for real.

    Args:
        images: `(images, side, side, channels)`, `uint8`.
        name: One of `NAMES`, or `"none"`.
        seed: Of all that is drawn.

    Returns:
        Pictures of the same shape.
    """
    changed = np.array(images)
    rng = np.random.default_rng(seed)
    kinds = _ORDER if name == COMBINED else (name,)
    for kind in () if name == NONE else kinds:
        chosen = rng.random(len(images)) < (0.5 if name == COMBINED else 1.0)
        for part in _PARTS[kind]:
            change = perturbing.PERTURBATIONS[part]
            for index in np.flatnonzero(chosen):
                how = float(strength(part, rng.random(), images.shape[1]))
                one = changed[index : index + 1]
                changed[index] = change.apply(one, how, rng)[0]
    return changed


def _kind_of(part):
    """The kind that a step belongs to."""
    [kind] = [kind for kind, parts in _PARTS.items() if part in parts]
    return kind
