"""Cropping, resizing and blurring as matrices, one for every picture.

All three act on rows and columns alike, one after the other: `rows @ picture
@ columns^T`. The matrices are made of constants and the pictures' own
strengths, so that every picture of a batch may have another, on any backend,
and the gradient is a matrix product too.
"""

import numpy as np
from keras import ops


def transform(images, rows, columns):
    """Applies a matrix to the rows and one to the columns of each picture.

    `images`: `(batch, height, width, channels)`; `rows`:
    `(batch, new_height, height)`; `columns`: `(batch, new_width, width)`.
    Returns `(batch, new_height, new_width, channels)`.
    """
    for matrices in (rows, columns):
        _, length, other, channels = images.shape
        # All other numbers side by side: one large product a picture.
        flat = ops.reshape(images, (-1, length, other * channels))
        moved = ops.reshape(
            ops.matmul(matrices, flat),
            (-1, matrices.shape[1], other, channels),
        )
        # The second turn does the columns, and turns the picture back.
        images = ops.transpose(moved, (0, 2, 1, 3))
    return images


def crop(side, share, offset):
    """Cuts out whole pixels and resizes them back, bilinearly, as Pillow does.

    `share`: `(batch,)`, of the side that is kept; rounded to whole pixels.
    `offset`: `(batch,)`, where the cut begins, from 0, at the beginning, to 1,
    as far on as it goes; 0.5 is the middle. Returns `(batch, side, side)`; the
    identity for a share of 1.
    """
    length = ops.round(_column(share) * side)
    start = ops.floor(_column(offset) * (side - length + 0.999))
    pixel = _range(side)[None, None, :]
    seen = start + (_range(side)[None, :, None] + 0.5) * (length / side)
    weights = ops.maximum(1 - ops.abs(pixel + 0.5 - seen), 0)
    inside = (pixel >= start) & (pixel < start + length)
    return _normalized(weights * ops.cast(inside, "float32"))


def view(side, length, start):
    """Looks at so many pixels from a place on, which may lie outside.

    `length`: `(batch,)`, pixels that are seen, at least `side`; `start`:
    `(batch,)`, the first one; negative before the picture. Returns
    `(batch, side, side)`; what is missing from rows to 1 is what lies outside.
    """
    ratio = _column(length) / side
    # Half a side beyond the picture, so that rows are weighed as a whole.
    beyond = side // 2
    pixel = np.arange(-beyond, side + beyond, dtype="float32")[None, None, :]
    seen = _column(start) + (_range(side)[None, :, None] + 0.5) * ratio
    # As Pillow does: where it shrinks, each pixel is a mean over more.
    weights = ops.maximum(1 - ops.abs(pixel + 0.5 - seen) / ratio, 0)
    return _normalized(weights)[:, :, beyond : beyond + side]


def resize(side, share):
    """Makes smaller, without aliasing, and large again, as Pillow does.

    `share`: `(batch,)`, of the side's length in between; rounded to whole
    pixels. Returns `(batch, side, side)`; the identity for a share of 1.
    """
    length = ops.round(_column(share) * side)
    large, small = _range(side)[None, None, :], _range(side)[None, :, None]
    ratio = side / length
    distance = large + 0.5 - (small + 0.5) * ratio
    exists = ops.cast(small < length, "float32")
    shrink = ops.maximum(1 - ops.abs(distance) / ratio, 0) * exists
    small, large = _range(side)[None, None, :], _range(side)[None, :, None]
    distance = small + 0.5 - (large + 0.5) / ratio
    exists = ops.cast(small < length, "float32")
    grow = ops.maximum(1 - ops.abs(distance), 0) * exists
    return ops.matmul(_normalized(grow), _normalized(shrink))


def blur(side, share):
    """Gaussian blur with OpenCV's kernel of a size, the edges mirrored.

    The size in pixels is the odd number nearest to `share * side`; the
    standard deviation is OpenCV's for it, `0.3 * ((size - 1) / 2 - 1) + 0.8`.

    `share`: `(batch,)`, the kernel's size as a share of the side, below 1.
    Returns `(batch, side, side)`; the identity for sizes that round to 1.
    """
    radius = ops.round((_column(share) * side - 1) / 2)
    deviation = 0.3 * (radius - 1) + 0.8
    here = np.arange(side)[:, None]
    there = np.arange(side)[None, :]
    last = side - 1
    weights = 0.0
    # A pixel is seen where it is, and mirrored at the first and last one.
    for position, seen in (
        (there, there >= 0),
        (-there, there > 0),
        (2 * last - there, there < last),
    ):
        distance = np.abs(here - position).astype("float32")[None]
        taps = ops.exp(-ops.square(distance / deviation) / 2)
        within = (distance <= radius) & seen[None]
        weights = weights + taps * ops.cast(within, "float32")
    return _normalized(weights)


def _range(length):
    return np.arange(length, dtype="float32")


def _column(values):
    """`(batch,)` as `(batch, 1, 1)`."""
    return ops.reshape(values, (-1, 1, 1))


def _normalized(weights):
    """Rows that sum to 1; rows of zeros stay."""
    return weights / ops.maximum(ops.sum(weights, axis=-1, keepdims=True), 1e-6)
