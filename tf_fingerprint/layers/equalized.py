"""Equalized learning rate: weights of unit variance, scaled when used."""

import math

import keras
from keras import ops

from tf_fingerprint.layers import arguments
from tf_fingerprint.layers import resampling

SLOPE = 0.2
GAIN = math.sqrt(2)

# Pictures that a device sees at a time, about; decides what is cheaper.
USUAL_BATCH = 16


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


def scale_cheaper(features, kernel, scale):
    """Multiplies whichever is smaller, as a product takes either.

    Deep layers have few positions and large kernels, which would be copied
    on the way forth, and their gradients on the way back.

    `features`: `(batch, height, width, channels)` or `(batch, channels)`;
    `kernel`: `(size, size, channels, filters)` or `(channels, filters)`.
    """
    positions = math.prod(features.shape[1:-1])
    outputs = math.prod(kernel.shape[:-2]) * kernel.shape[-1]
    if outputs > USUAL_BATCH * positions:
        return features * scale, kernel
    return features, kernel * scale


def unit_normal(learning_rate_multiplier=1.0):
    """Initializer of weights that are scaled by the multiplier when used."""
    return keras.initializers.RandomNormal(
        stddev=1.0 / learning_rate_multiplier
    )


def add_weights(layer, shape, *, use_bias=True, learning_rate_multiplier=1.0):
    """A layer's kernel of that shape, and the bias of its outputs or None."""
    kernel = layer.add_weight(
        name="kernel",
        shape=shape,
        initializer=unit_normal(learning_rate_multiplier),
    )
    if not use_bias:
        return kernel, None
    bias = layer.add_weight(name="bias", shape=shape[-1:], initializer="zeros")
    return kernel, bias


def finished(outputs, bias, activate):
    """Adds the bias, if any, and rectifies if asked."""
    if bias is not None:
        outputs = ops.add(outputs, bias)
    if activate:
        outputs = ops.leaky_relu(outputs, negative_slope=SLOPE)
    return outputs


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class EqualizedDense(arguments.Arguments, keras.layers.Layer):
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
        self.kernel, self.bias = add_weights(
            self,
            (fan_in, self.units),
            use_bias=self.use_bias,
            learning_rate_multiplier=self.learning_rate_multiplier,
        )

    def call(self, inputs):
        # The rectifier is homogeneous: its gain costs nothing before it.
        gain = GAIN if self.activate else 1.0
        inputs, kernel = scale_cheaper(
            inputs, self.kernel, self.kernel_scale * gain
        )
        outputs = ops.matmul(inputs, kernel)
        scale = self.learning_rate_multiplier * gain
        bias = None if self.bias is None else self.bias * scale
        return finished(outputs, bias, self.activate)

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape[:-1], self.units)


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class EqualizedConv2D(arguments.Arguments, keras.layers.Layer):
    """Convolution with equalized learning rate, resampling if asked.

    See `resampling` for how the low-pass filter and the convolution combine.

    Args:
        filters: Number of output channels.
        kernel_size: 1 or 3.
        resample: "up" doubles height and width (3x3 only), "down" halves
            them, None keeps them.
        use_bias: Whether to add a bias, 0 at first.
        activate: Whether `scaled_leaky_relu` follows.
        gain: Factor on the outputs.

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
        gain=1.0,
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
        self.gain = gain

    def build(self, features_shape):
        channels = features_shape[-1]
        size = self.kernel_size
        self.kernel_scale = 1 / math.sqrt(size * size * channels)
        shape = (size, size, channels, self.filters)
        self.kernel, self.bias = add_weights(
            self, shape, use_bias=self.use_bias
        )

    def call(self, features):
        gain = self.gain * GAIN if self.activate else self.gain
        features, kernel = scale_cheaper(
            features, self.kernel, self.kernel_scale * gain
        )
        outputs = resampling.convolve(features, kernel, self.resample)
        bias = None if self.bias is None else self.bias * gain
        return finished(outputs, bias, self.activate)

    def compute_output_shape(self, features_shape):
        batch, height, width, _ = features_shape
        factor = resampling.FACTORS[self.resample]
        height, width = int(height * factor), int(width * factor)
        return (batch, height, width, self.filters)
