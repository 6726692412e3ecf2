"""Layers of the passive classifier: He's gain, and edges that are mirrored."""

import math

import keras
from keras import ops

from tf_fingerprint.layers import arguments
from tf_fingerprint.layers import equalized


def reflect(features, margin):
    """Surrounds features by their mirror images; the edge is not repeated.

    `features`: `(batch, height, width, channels)`; `margin`: rows and columns
    on each side, fewer than there are. Returns
    `(batch, height + 2 * margin, width + 2 * margin, channels)`.
    """
    sides = (margin, margin)
    return ops.pad(features, ((0, 0), sides, sides, (0, 0)), mode="reflect")


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class HeConv2D(arguments.Arguments, keras.layers.Layer):
    """3x3 convolution with equalized learning rate over mirrored edges.

        outputs = leaky_relu(conv(reflect(features), kernel) * gain
                             / sqrt(fan_in) + bias)

    Unlike `EqualizedConv2D`, the gain is on the kernel alone and the rectifier
    has none.

    `activate`: whether a leaky rectifier of slope 0.2 follows; `gain`: on the
    kernel; He's if not given, the square root of 2. `features`:
    `(batch, height, width, channels)`. Returns
    `(batch, height, width, filters)`.

    Reference:
        Yu et al., 2019, Section 3 (https://arxiv.org/abs/1811.08180).
    """

    def __init__(self, filters, activate=True, gain=equalized.GAIN, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.activate = activate
        self.gain = gain

    def build(self, features_shape):
        channels = features_shape[-1]
        self.kernel_scale = self.gain / math.sqrt(9 * channels)
        self.kernel, self.bias = equalized.add_weights(
            self, (3, 3, channels, self.filters)
        )

    def call(self, features):
        features, kernel = equalized.scale_cheaper(
            features, self.kernel, self.kernel_scale
        )
        outputs = ops.conv(reflect(features, 1), kernel, padding="valid")
        return equalized.finished(outputs, self.bias, self.activate)

    def compute_output_shape(self, features_shape):
        return (*features_shape[:-1], self.filters)


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class HeDense(arguments.Arguments, keras.layers.Layer):
    """Fully connected layer, made as `HeConv2D` is.

    `activate`: whether a leaky rectifier of slope 0.2 follows; `gain`: on the
    kernel; He's if not given, the square root of 2. `inputs`:
    `(batch, features)`. Returns `(batch, units)`.
    """

    def __init__(self, units, activate=True, gain=equalized.GAIN, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activate = activate
        self.gain = gain

    def build(self, inputs_shape):
        fan_in = inputs_shape[-1]
        self.kernel_scale = self.gain / math.sqrt(fan_in)
        self.kernel, self.bias = equalized.add_weights(
            self, (fan_in, self.units)
        )

    def call(self, inputs):
        inputs, kernel = equalized.scale_cheaper(
            inputs, self.kernel, self.kernel_scale
        )
        outputs = ops.matmul(inputs, kernel)
        return equalized.finished(outputs, self.bias, self.activate)

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape[:-1], self.units)
