"""Low and high frequencies of pictures, by binomial pyramids.

A level is halved by the filter [1, 4, 6, 4, 1] in both directions, mirrored at
the edges, and doubled by the same filter over zeros between the pixels. The
low band of a picture is what is left of it at some size; the high band is what
that size cannot hold: the picture minus the low band, doubled back.

Reference:
    Burt and Adelson, 1983 (https://doi.org/10.1109/TCOM.1983.1095851).
    Yu et al., 2019, Section 4.3 (https://arxiv.org/abs/1811.08180).
"""

import keras
import numpy as np
from keras import ops

from tf_fingerprint.layers import reflecting

WEIGHTS = np.array([1, 4, 6, 4, 1]) / 16
TAPS = np.outer(WEIGHTS, WEIGHTS).astype("float32")

LOW, HIGH = "low", "high"


def halve(images):
    """Halves height and width, smoothly.

    `images`: `(batch, height, width, channels)`; sides are even, at least 4.
    Returns `(batch, height / 2, width / 2, channels)`.
    """
    return ops.depthwise_conv(
        reflecting.reflect(images, 2), _taps(images), strides=2, padding="valid"
    )


def double(images):
    """Doubles height and width, smoothly.

    `images`: `(batch, height, width, channels)`. Returns
    `(batch, 2 * height, 2 * width, channels)`.
    """
    height, width, channels = images.shape[1:]
    spread = ops.stack([images, ops.zeros_like(images)], axis=3)
    spread = ops.reshape(spread, (-1, height, 2 * width, channels))
    spread = ops.stack([spread, ops.zeros_like(spread)], axis=2)
    spread = ops.reshape(spread, (-1, 2 * height, 2 * width, channels))
    # Three of four pixels are zeros.
    return ops.depthwise_conv(
        reflecting.reflect(spread, 2), 4.0 * _taps(images), padding="valid"
    )


def low(images, size):
    """What is left of pictures at a size.

    `images`: `(batch, side, side, channels)`; `size`: the side divided by a
    power of two, at least 4. Returns `(batch, size, size, channels)`.
    """
    while images.shape[1] > size:
        images = halve(images)
    return images


def high(images, size):
    """What of pictures is lost at a size.

    `images`: `(batch, side, side, channels)`.
    """
    smooth = low(images, size)
    while smooth.shape[1] < images.shape[1]:
        smooth = double(smooth)
    return images - smooth


def _taps(images):
    """The filter as a kernel for these pictures, `(5, 5, channels, 1)`."""
    kernel = np.tile(TAPS[:, :, None, None], (1, 1, images.shape[-1], 1))
    return ops.convert_to_tensor(kernel, dtype=images.dtype)


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class Band(keras.layers.Layer):
    """`low` or `high` as a layer, in float32 whatever the precision.

    `images`: `(batch, side, side, channels)`. Returns
    `(batch, size, size, channels)`, or the shape of `images`.
    """

    def __init__(self, band, size, **kwargs):
        # The high band is a small difference, which bfloat16 would round away.
        super().__init__(**{**kwargs, "dtype": "float32"})
        if band not in (LOW, HIGH):
            raise ValueError(
                f'`band` must be "{LOW}" or "{HIGH}". Received: band={band!r}'
            )
        self.band = band
        self.size = size

    def call(self, images):
        return (low if self.band == LOW else high)(images, self.size)

    def compute_output_shape(self, images_shape):
        if self.band == HIGH:
            return images_shape
        return (images_shape[0], self.size, self.size, images_shape[-1])

    def get_config(self):
        return {**super().get_config(), "band": self.band, "size": self.size}
