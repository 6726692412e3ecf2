"""JPEG's loss of detail, with a gradient.

What libjpeg does to pixels at its usual settings, without the file: colours to
luma and chroma, chroma at half the size, cosine transform of 8 x 8 blocks,
division by the quality's tables, rounding, and all the way back. Forwards the
rounding is real; backwards it lets through what it would not have erased.

Reference:
    ITU-T T.81, 1992, Annexes A and K; tables and scaling as in libjpeg.
"""

import functools

import numpy as np
from keras import ops

BLOCK = 8

LUMA = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    "float32",
)
CHROMA = np.full((BLOCK, BLOCK), 99, "float32")
CHROMA[:4, :4] = [
    [17, 18, 24, 47],
    [18, 21, 26, 66],
    [24, 26, 56, 99],
    [47, 66, 99, 99],
]

# Rows: luma, blueness, redness; columns: red, green, blue.
TO_YCC = np.array(
    [
        [0.299, 0.587, 0.114],
        [-0.168735892, -0.331264108, 0.5],
        [0.5, -0.418687589, -0.081312411],
    ],
    "float32",
)
TO_RGB = np.linalg.inv(TO_YCC.astype("float64")).astype("float32")


def compress(images, quality):
    """What is left of pictures after a JPEG file.

    `images`: `(batch, height, width, channels)` in [-1, 1], of 1 or 3 channels;
    height and width are multiples of 16. `quality`: `(batch,)`, 1 to 100 as in
    Pillow, chroma at half the size. Returns pictures in [-1, 1], in steps of
    8-bit levels. Raises `ValueError` if the sides are not multiples of 16.
    """
    height, width, channels = images.shape[1:]
    if height % 16 or width % 16:
        raise ValueError(
            "Height and width of the images must be multiples of 16. "
            f"Received: shape {tuple(images.shape)}"
        )
    levels = _rounded((images + 1) * 127.5)
    if channels == 1:
        luma = _quantized(levels[..., 0] - 128, LUMA, quality) + 128
        return _pixels(luma[..., None])
    planes = ops.moveaxis(_rounded(ops.matmul(levels, TO_YCC.T)), -1, 1)
    luma = _quantized(planes[:, 0] - 128, LUMA, quality) + 128
    rows, columns = _halving(height), _halving(width)
    chroma = ops.matmul(ops.matmul(rows, planes[:, 1:]), columns.T)
    chroma = _quantized(_rounded(chroma), CHROMA, quality)
    rows, columns = _doubling(height), _doubling(width)
    chroma = ops.matmul(ops.matmul(rows, chroma), columns.T)
    planes = ops.concatenate([luma[:, None], chroma], axis=1)
    return _pixels(ops.matmul(ops.moveaxis(planes, 1, -1), TO_RGB.T))


def table(base, quality):
    """A quantisation table at a quality, as libjpeg scales it.

    `base`: `(8, 8)`, the table at quality 50; `quality`: `(batch,)`, 1 to 100.
    Returns `(batch, 8, 8)`, whole numbers from 1 to 255.
    """
    quality = ops.clip(ops.cast(quality, "float32"), 1, 100)[:, None, None]
    percent = ops.where(
        quality < 50, ops.floor(5000 / quality), 200 - 2 * quality
    )
    return ops.clip(ops.floor((base * percent + 50) / 100), 1, 255)


def _quantized(planes, base, quality):
    """Planes `(batch, ..., height, width)` after rounding their waves."""
    height, width = planes.shape[-2:]
    rows, columns = _cosines(height), _cosines(width)
    steps = ops.tile(table(base, quality), (1, height // BLOCK, width // BLOCK))
    if len(planes.shape) == 4:
        steps = steps[:, None]
    waves = ops.matmul(ops.matmul(rows, planes), columns.T) / steps
    # A wave too weak for its step is erased: so is its gradient, gradually.
    slope = ops.stop_gradient(ops.minimum(4 * ops.square(waves), 1.0))
    waves = _rounded(waves, slope) * steps
    return ops.matmul(ops.matmul(rows.T, waves), columns)


def _rounded(values, slope=1.0):
    """Whole numbers; backwards as if they were `slope * values`."""
    smooth = values * slope
    return smooth + ops.stop_gradient(ops.round(values) - smooth)


def _pixels(levels):
    return _rounded(ops.clip(levels, 0, 255)) / 127.5 - 1


@functools.cache
def _cosines(length):
    """The cosine transform of every 8 numbers in turn, `(length, length)`."""
    wave, place = np.mgrid[:BLOCK, :BLOCK]
    block = np.cos((2 * place + 1) * wave * np.pi / (2 * BLOCK)) / 2
    block[0] /= np.sqrt(2)
    return np.kron(np.eye(length // BLOCK), block).astype("float32")


@functools.cache
def _halving(length):
    """Means of two, `(length / 2, length)`."""
    return np.kron(np.eye(length // 2), [[0.5, 0.5]]).astype("float32")


@functools.cache
def _doubling(length):
    """Bilinear, three quarters of the nearer: libjpeg's upsampling."""
    half = np.eye(length // 2)
    before = np.vstack([half[:1], half[:-1]])
    after = np.vstack([half[1:], half[-1:]])
    pairs = [0.75 * half + 0.25 * before, 0.75 * half + 0.25 * after]
    return np.stack(pairs, axis=1).reshape(length, -1).astype("float32")
