"""Resampling by two with the low-pass filter [1, 3, 3, 1].

Four operations, which differ in how the filter is padded and in what follows:

    operation           filter gain   padding   then
    upsample            4             (2, 1)    -                    2H
    downsample          1             (1, 1)    every second pixel   H / 2
    upsampling_conv     4             (1, 1)    -                    2H
    downsampling_conv   1             (2, 2)    3x3 with stride 2    H / 2
                        1             (1, 1)    1x1 with stride 2    H / 2

Reference:
    Karras et al., 2020, Appendix B (https://arxiv.org/abs/1912.04958).
"""

import keras
import numpy as np
from keras import ops

TAPS = np.outer([1, 3, 3, 1], [1, 3, 3, 1]).astype("float32") / 64

# What each kind of resampling does to height and width.
FACTORS = {None: 1, "up": 2, "down": 0.5}


def low_pass(features, padding, gain=1.0):
    """Filters every channel with [1, 3, 3, 1] in both directions.

    Args:
        features: `(batch, height, width, channels)`.
        padding: Pair of zero rows (and columns) added before and after.
        gain: Factor on the filter, whose taps sum to 1.

    Returns:
        `(batch, rows, columns, channels)` with
        `rows = height + sum(padding) - 3`.
    """
    pads = ((0, 0), padding, padding, (0, 0))
    return ops.depthwise_conv(
        ops.pad(features, pads), _taps(features, gain), padding="valid"
    )


def upsample(features):
    """Doubles height and width, smoothly.

    Args:
        features: `(batch, height, width, channels)`.

    Returns:
        `(batch, 2 * height, 2 * width, channels)`.
    """
    # Zeros between the pixels, padding and filter: one transposed convolution.
    # It mixes channels by zeros, which is cheap: pictures have three at most.
    channels = features.shape[-1]
    kernel = 4.0 * TAPS[:, :, None, None] * np.eye(channels, dtype="float32")
    return ops.conv_transpose(
        features,
        ops.convert_to_tensor(kernel, dtype=features.dtype),
        strides=2,
        padding="same",
    )


def downsample(features):
    """Halves height and width, smoothly.

    Args:
        features: `(batch, height, width, channels)`.

    Returns:
        `(batch, height / 2, width / 2, channels)`.
    """
    # For even sizes "same" is a padding of (1, 1), without a copy of its own.
    return ops.depthwise_conv(
        features, _taps(features), strides=2, padding="same"
    )


def upsampling_conv(features, kernel):
    """Transposed 3x3 convolution with stride 2, then the low-pass filter.

    Args:
        features: `(batch, height, width, channels)`.
        kernel: `(3, 3, channels, filters)`.

    Returns:
        `(batch, 2 * height, 2 * width, filters)`.
    """
    outputs = ops.conv_transpose(
        features,
        ops.transpose(kernel, (0, 1, 3, 2)),
        strides=2,
        padding="valid",
    )
    return low_pass(outputs, padding=(1, 1), gain=4.0)


def downsampling_conv(features, kernel):
    """Low-pass filter, then a convolution with stride 2.

    Args:
        features: `(batch, height, width, channels)`.
        kernel: `(3, 3, channels, filters)` or `(1, 1, channels, filters)`.

    Returns:
        `(batch, height / 2, width / 2, filters)`.
    """
    if kernel.shape[0] == 1:
        # The 1x1 convolution sees every second pixel only: filter just those.
        return ops.conv(downsample(features), kernel, padding="valid")
    return ops.conv(
        low_pass(features, padding=(2, 2)), kernel, strides=2, padding="valid"
    )


def convolve(features, kernel, resample=None):
    """Convolves, resampling by two on the way if asked.

    Args:
        features: `(batch, height, width, channels)`.
        kernel: `(size, size, channels, filters)`.
        resample: "up", "down" or None.

    Returns:
        `(batch, height, width, filters)`, or twice or half of that height
        and width.
    """
    if resample == "up":
        return upsampling_conv(features, kernel)
    if resample == "down":
        return downsampling_conv(features, kernel)
    return ops.conv(features, kernel, padding="same")


def _taps(features, gain=1.0):
    """The filter as a kernel for these features, `(4, 4, channels, 1)`."""
    kernel = np.tile(TAPS[:, :, None, None], (1, 1, features.shape[-1], 1))
    return ops.convert_to_tensor(kernel * gain, dtype=features.dtype)


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class Upsample2D(keras.layers.Layer):
    """`upsample` as a layer.

    Call arguments:
        features: `(batch, height, width, channels)`.

    Returns:
        `(batch, 2 * height, 2 * width, channels)`.
    """

    def call(self, features):
        return upsample(features)

    def compute_output_shape(self, features_shape):
        batch, height, width, channels = features_shape
        return (batch, 2 * height, 2 * width, channels)
