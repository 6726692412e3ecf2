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

WEIGHTS = (1 / 8, 3 / 8, 3 / 8, 1 / 8)
TAPS = np.outer(WEIGHTS, WEIGHTS).astype("float32")

# Whether to filter by sums of shifted features, which XLA compiles into one
# loop. Its convolutions of single channels are slow; TensorFlow's are not, and
# its sums are not compiled.
BY_SHIFTS = keras.config.backend() == "jax"

# What each kind of resampling does to height and width.
FACTORS = {None: 1, "up": 2, "down": 0.5}


def low_pass(features, padding, gain=1.0):
    """Filters every channel with [1, 3, 3, 1] in both directions.

    `features`: `(batch, height, width, channels)`; `padding`: pair of zero rows
    (and columns) added before and after; `gain`: factor on the filter, whose
    taps sum to 1. Returns `(batch, rows, columns, channels)` with
    `rows = height + sum(padding) - 3`.
    """
    pads = ((0, 0), padding, padding, (0, 0))
    padded = ops.pad(features, pads)
    if BY_SHIFTS:
        return _shifted_sums(_shifted_sums(padded, 1, gain), 2)
    return ops.depthwise_conv(padded, _taps(features, gain), padding="valid")


def upsample(features):
    """Doubles height and width, smoothly.

    Args:
        features: `(batch, height, width, channels)`.

    Returns:
        `(batch, 2 * height, 2 * width, channels)`.
    """
    if BY_SHIFTS:
        return _interpolated(_interpolated(features, 1), 2)
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
    if BY_SHIFTS:
        padded = ops.pad(features, ((0, 0), (1, 1), (1, 1), (0, 0)))
        return _shifted_sums(_shifted_sums(padded, 1, stride=2), 2, stride=2)
    # For even sizes "same" is a padding of (1, 1), without a copy of its own.
    return ops.depthwise_conv(
        features, _taps(features), strides=2, padding="same"
    )


def upsampling_conv(features, kernel):
    """Transposed 3x3 convolution with stride 2, then the low-pass filter.

    `features`: `(batch, height, width, channels)`; `kernel`:
    `(3, 3, channels, filters)`. Returns
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

    `features`: `(batch, height, width, channels)`; `kernel`:
    `(3, 3, channels, filters)` or `(1, 1, channels, filters)`. Returns
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

    `features`: `(batch, height, width, channels)`; `kernel`:
    `(size, size, channels, filters)`; `resample`: "up", "down" or None. Returns
    `(batch, height, width, filters)`, or twice or half of that height and
    width.
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


def _shifted_sums(features, axis, gain=1.0, stride=1):
    """Filters along one axis; three pixels fewer, then every `stride`th."""
    count = (features.shape[axis] - len(WEIGHTS)) // stride + 1
    before = (slice(None),) * axis
    return sum(
        (gain * weight)
        * features[(*before, slice(k, k + stride * (count - 1) + 1, stride))]
        for k, weight in enumerate(WEIGHTS)
    )


def _interpolated(features, axis):
    """Doubles one axis: between each pixel and its neighbours, 3 to 1."""
    pads = [(int(a == axis), int(a == axis)) for a in range(4)]
    padded = ops.pad(features, pads)
    size, before = features.shape[axis], (slice(None),) * axis
    left = padded[(*before, slice(0, size))]
    right = padded[(*before, slice(2, size + 2))]
    pairs = ops.stack(
        [0.75 * features + 0.25 * side for side in (left, right)],
        axis=axis + 1,
    )
    shape = list(features.shape)
    shape[axis] = 2 * size
    return ops.reshape(pairs, (-1, *shape[1:]))


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
