"""Equalized learning rate: weights of unit variance, scaled when used."""

import math

import keras
from keras import ops

from tf_fingerprint.layers import resampling

SLOPE = 0.2
GAIN = math.sqrt(2)


def scaled_leaky_relu(features):
    """Leaky rectifier with slope 0.2 whose output keeps unit variance.

    Args:
        features: Any shape.

    Returns:
        The same shape, multiplied by `sqrt(2)` after the rectifier.

    Reference:
        Karras et al., 2020, Appendix B (https://arxiv.org/abs/1912.04958).
    """
    return ops.leaky_relu(features, negative_slope=SLOPE) * GAIN


def unit_normal(learning_rate_multiplier=1.0):
    """Initializer of weights that are scaled by the multiplier when used."""
    return keras.initializers.RandomNormal(
        stddev=1.0 / learning_rate_multiplier
    )


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class EqualizedDense(keras.layers.Layer):
    """Fully connected layer with equalized learning rate.

        outputs = inputs @ (kernel * multiplier / sqrt(fan_in))
                  + bias * multiplier

    The kernel is stored with variance `1 / multiplier^2`, so that an optimizer
    that normalizes gradients moves every layer at the same relative speed.

    Args:
        units: Number of outputs.
        use_bias: Whether to add a bias, 0 at first.
        activate: Whether `scaled_leaky_relu` follows.
        learning_rate_multiplier: How much slower than the others this layer
            learns. 0.01 in the paper's embedding, 1 elsewhere.

    Call arguments:
        inputs: `(batch, features)`.

    Returns:
        `(batch, units)`.

    Reference:
        Karras et al., 2018, Section 4.1 (https://arxiv.org/abs/1710.10196).
    """

    def __init__(
        self,
        units,
        use_bias=True,
        activate=False,
        learning_rate_multiplier=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = units
        self.use_bias = use_bias
        self.activate = activate
        self.learning_rate_multiplier = learning_rate_multiplier

    def build(self, inputs_shape):
        fan_in = inputs_shape[-1]
        self.kernel_scale = self.learning_rate_multiplier / math.sqrt(fan_in)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(fan_in, self.units),
            initializer=unit_normal(self.learning_rate_multiplier),
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.units,), initializer="zeros"
            )

    def call(self, inputs):
        outputs = ops.matmul(inputs, self.kernel * self.kernel_scale)
        if self.bias is not None:
            outputs = outputs + self.bias * self.learning_rate_multiplier
        return scaled_leaky_relu(outputs) if self.activate else outputs

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "use_bias": self.use_bias,
            "activate": self.activate,
            "learning_rate_multiplier": self.learning_rate_multiplier,
        }


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class EqualizedConv2D(keras.layers.Layer):
    """Convolution with equalized learning rate, resampling if asked.

    See `resampling` for how the low-pass filter and the convolution combine.

    Args:
        filters: Number of output channels.
        kernel_size: 1 or 3.
        resample: "up" doubles height and width (3x3 only), "down" halves
            them, None keeps them.
        use_bias: Whether to add a bias, 0 at first.
        activate: Whether `scaled_leaky_relu` follows.

    Call arguments:
        features: `(batch, height, width, channels)`.

    Returns:
        `(batch, height, width, filters)`, or twice or half of that height
        and width.

    Reference:
        Karras et al., 2020, Appendix B (https://arxiv.org/abs/1912.04958).
    """

    def __init__(
        self,
        filters,
        kernel_size=3,
        resample=None,
        use_bias=True,
        activate=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if resample not in resampling.FACTORS:
            raise ValueError(
                '`resample` must be "up", "down" or None. '
                f"Received: resample={resample!r}"
            )
        if kernel_size != 3 and (kernel_size != 1 or resample == "up"):
            raise ValueError(
                '`kernel_size` must be 3, or 1 unless `resample` is "up". '
                f"Received: kernel_size={kernel_size}, resample={resample!r}"
            )
        self.filters = filters
        self.kernel_size = kernel_size
        self.resample = resample
        self.use_bias = use_bias
        self.activate = activate

    def build(self, features_shape):
        channels = features_shape[-1]
        size = self.kernel_size
        self.kernel_scale = 1 / math.sqrt(size * size * channels)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(size, size, channels, self.filters),
            initializer=unit_normal(),
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.filters,), initializer="zeros"
            )

    def call(self, features):
        kernel = self.kernel * self.kernel_scale
        outputs = resampling.convolve(features, kernel, self.resample)
        if self.bias is not None:
            outputs = outputs + self.bias
        return scaled_leaky_relu(outputs) if self.activate else outputs

    def compute_output_shape(self, features_shape):
        batch, height, width, _ = features_shape
        factor = resampling.FACTORS[self.resample]
        height, width = int(height * factor), int(width * factor)
        return (batch, height, width, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "resample": self.resample,
            "use_bias": self.use_bias,
            "activate": self.activate,
        }
