"""What happens to pictures on their way, with a gradient.

Every kind has one strength, in the unit that its range is published in:

    name         strength                                         harmless at
    crop         share of the side kept, cut from the middle      1
    random_crop  the same, cut from anywhere                      1
    resize       share of the side in between                     1
    blur         size of the kernel as a share of the side        0
    noise        standard deviation as a share of the range       0
    jpeg         quality                                          100, almost
    flip         none: left and right swapped                     never
    brightness   factor                                           1
    contrast     factor                                           1
    erasing      share of the area made black, a square anywhere  0
    rotation     degrees, to either side; corners become black    0
    shift        pixels, to any side, over a flat colour          0
    border       a flat border's width as a share of the side     0
    saturation   factor; 0 is grey                                1
    grayscale    none: colour is gone                             never
    combined     level L of crop, blur, noise, jpeg in this order,
                 each at the L-th point of its published curve    1, almost

A standard deviation of 0.05 of the range is 0.1 of pixels in [-1, 1], and
12.75 of 255 grey levels.
"""

from typing import NamedTuple

import numpy as np
from keras import ops

from tf_fingerprint.layers import jpeg
from tf_fingerprint.layers import windows
from tf_fingerprint.layers.perturbation_kinds import KINDS
from tf_fingerprint.layers.perturbation_kinds import NAMES as NAMES


class Draws(NamedTuple):
    """What is random about a batch's perturbations, drawn elsewhere.

    `uniforms`: `(batch, 3)` in [0, 1): where pictures are cut or erased, down
    and across, and to which side they are turned; `normals`:
    `(batch, height, width, channels)`, standard normal noise.
    """

    uniforms: object
    normals: object


# Parameters of a picture to which nothing happens. Quality 0 is no JPEG.
_NEUTRAL = {
    "crop": 1.0,
    "down": 0.5,
    "across": 0.5,
    "resize": 1.0,
    "blur": 0.0,
    "flip": 0.0,
    "rotation": 0.0,
    "frame": 1.0,
    "move_down": 0.0,
    "move_across": 0.0,
    "colour": 0.0,
    "saturation": 1.0,
    "erase": 0.0,
    "brightness": 1.0,
    "contrast": 1.0,
    "noise": 0.0,
    "quality": 0.0,
}


def perturb(images, name, strength, draws):
    """Does the same to all pictures of a batch.

    `images`: `(batch, height, width, channels)` in [-1, 1]; for JPEG, sides are
    multiples of 16. `strength`: a number, or one for each picture, `(batch,)`.
    Returns pictures of the same shape, float32.
    """
    batch = ops.shape(images)[0]
    strengths = ops.broadcast_to(ops.cast(strength, "float32"), (batch,))
    choice = ops.zeros((batch,), "int32")
    return perturb_each(images, (name,), choice, strengths, draws)


def perturb_each(images, names, choice, strengths, draws):
    """Does something of its own to each picture of a batch.

    `images`: `(batch, height, width, channels)` in [-1, 1]; `names`: of
    `NAMES`, to choose among; only their arithmetic is done. `choice`:
    `(batch,)` of int32, which of `names`; -1 for nothing. `strengths`:
    `(batch,)`, each in the unit of the kind chosen. Returns pictures of the
    same shape, float32 and in [-1, 1].
    """
    images = ops.clip(ops.cast(images, "float32"), -1, 1)
    chosen = {}
    for index, name in enumerate(names):
        here = ops.equal(choice, index)
        for key, values in KINDS[name](strengths, draws.uniforms).items():
            before = chosen.get(key, _NEUTRAL[key])
            chosen[key] = ops.where(here, values, before)
    for touches, stage in _STAGES:
        if touches & set(chosen):
            images = stage(images, _WithNeutral(chosen), draws)
    return ops.clip(images, -1, 1)


class _WithNeutral(dict):
    """Parameters, neutral where nothing was chosen."""

    def __missing__(self, key):
        [some, *_] = self.values()
        return ops.full_like(some, _NEUTRAL[key])


def _move(images, values, draws):
    """Crops, resizes, blurs and flips."""
    sides = []
    for side, offset in zip(images.shape[1:3], ("down", "across"), strict=True):
        matrix = windows.crop(side, values["crop"], values[offset])
        if "resize" in values:
            share = values["resize"]
            matrix = ops.matmul(windows.resize(side, share), matrix)
        if "blur" in values:
            share = values["blur"]
            matrix = ops.matmul(windows.blur(side, share), matrix)
        sides.append(matrix)
    rows, columns = sides
    if "flip" in values:
        flipped = ops.reshape(values["flip"] > 0, (-1, 1, 1))
        columns = ops.where(flipped, ops.flip(columns, axis=1), columns)
    return windows.transform(images, rows, columns)


def _turn(images, values, draws):
    """Rotates about the centre, counterclockwise; corners become black."""
    height, width = images.shape[1:3]
    angle = values["rotation"] * (np.pi / 180)
    cosine, sine = ops.cos(angle), ops.sin(angle)
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    zeros = ops.zeros_like(angle)
    # Where a pixel comes from: x' = a x + b y + c, y' = d x + e y + f.
    places = [
        *(cosine, -sine, middle_x - cosine * middle_x + sine * middle_y),
        *(sine, cosine, middle_y - sine * middle_x - cosine * middle_y),
        *(zeros, zeros),
    ]
    turned = ops.image.affine_transform(
        images + 1, ops.stack(places, axis=1), interpolation="bilinear"
    )
    return turned - 1


def _frame(images, values, draws):
    """Shows pictures smaller, or moved, on a flat colour."""
    sides = []
    for side, name in zip(images.shape[1:3], ("down", "across"), strict=True):
        length = ops.round(values["frame"] * side)
        start = ops.round(values[name] * (side - length))
        sides.append(windows.view(side, length, start - values[f"move_{name}"]))
    covered = windows.transform(ops.ones_like(images[..., :1]), *sides)
    # Black, white or grey, each as often.
    colour = 3 * values["colour"]
    colour = ops.where(
        colour < 1, -1.0, ops.where(colour < 2, 1.0, 2 * (colour - 2) - 1)
    )
    return windows.transform(images, *sides) + (1 - covered) * ops.reshape(
        colour, (-1, 1, 1, 1)
    )


def _erase(images, values, draws):
    """Makes a square black."""
    inside = True
    for axis, offset in ((1, "down"), (2, "across")):
        side = images.shape[axis]
        length = ops.round(ops.sqrt(ops.maximum(values["erase"], 0)) * side)
        start = ops.floor(values[offset] * (side - length + 0.999))[:, None]
        place = np.arange(side, dtype="float32")[None]
        along = (place >= start) & (place < start + length[:, None])
        shape = (-1, side, 1, 1) if axis == 1 else (-1, 1, side, 1)
        inside = inside & ops.reshape(along, shape)
    return ops.where(inside, -1.0, images)


def _shade(images, values, draws):
    """Brightens by a factor, takes colour away, spreads about mean grey."""
    brightness = ops.reshape(values["brightness"], (-1, 1, 1, 1))
    contrast = ops.reshape(values["contrast"], (-1, 1, 1, 1))
    images = ops.clip((images + 1) * brightness - 1, -1, 1)
    grey = images
    if images.shape[-1] == 3:
        grey = ops.matmul(images, jpeg.TO_YCC[0][:, None])
        saturation = ops.reshape(values["saturation"], (-1, 1, 1, 1))
        images = ops.clip(grey + (images - grey) * saturation, -1, 1)
    mean = ops.mean(grey, axis=(1, 2, 3), keepdims=True)
    return ops.clip(mean + (images - mean) * contrast, -1, 1)


def _add_noise(images, values, draws):
    """Adds noise; pixels beyond the range stop at it."""
    deviation = ops.reshape(2 * values["noise"], (-1, 1, 1, 1))
    return ops.clip(images + deviation * draws.normals, -1, 1)


def _compress(images, values, draws):
    """JPEG, for pictures that have a quality."""
    compressed = jpeg.compress(images, values["quality"])
    is_file = ops.reshape(values["quality"] > 0, (-1, 1, 1, 1))
    return ops.where(is_file, compressed, images)


# In this order, each if one of its parameters is chosen at all.
_STAGES = (
    ({"crop", "resize", "blur", "flip"}, _move),
    ({"rotation"}, _turn),
    ({"frame", "move_down"}, _frame),
    ({"erase"}, _erase),
    ({"brightness", "contrast", "saturation"}, _shade),
    ({"noise"}, _add_noise),
    ({"quality"}, _compress),
)
