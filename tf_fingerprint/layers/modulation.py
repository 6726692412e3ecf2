"""Style modulation: how a fingerprint steers the convolutions."""

import math

import keras
from keras import ops

from tf_fingerprint.layers import arguments
from tf_fingerprint.layers import equalized
from tf_fingerprint.layers import resampling


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class ModulatedConv2D(arguments.Arguments, keras.layers.Layer):
    """Convolution whose input channels are weighted per sample by a style.

    Instead of building one kernel per sample, scales the features before the
    convolution and divides by the scaled kernel's norm after it, which is the
    same function:

        scale_i  = 1 + gain * affine(style)_i                       modulation
        norm_o   = sqrt(sum_{h,w,i} (kernel_{h,w,i,o} scale_i)^2)   demodulation
        output_o = conv(features_i * scale_i, kernel)_o / norm_o

    Args:
        filters: Number of output channels.
        kernel_size: 1 or 3.
        resample: "up" doubles height and width (3x3 only), None keeps them.
        demodulate: Whether to normalize the output channels. Off in the layers
            that produce RGB.
        use_bias: Whether to add a bias, 0 at first.
        affine_gain: How strongly the style scales at first. 1 in the paper.
        gain: Factor on the outputs; not on the bias.

    Call arguments:
        features: `(batch, height, width, channels)`.
        style: `(batch, style_dim)`.

    Returns:
        `(batch, height, width, filters)`, or twice that height and width.

    Reference:
        Karras et al., 2020, Section 2.2 (https://arxiv.org/abs/1912.04958).
    """

    def __init__(
        self,
        filters,
        kernel_size=3,
        resample=None,
        demodulate=True,
        use_bias=False,
        affine_gain=1.0,
        gain=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if (resample, kernel_size) not in ((None, 1), (None, 3), ("up", 3)):
            raise ValueError(
                '`resample` must be None or "up", and `kernel_size` 3, or 1 '
                "where nothing is resampled. Received: "
                f"kernel_size={kernel_size}, resample={resample!r}"
            )
        self.filters = filters
        self.kernel_size = kernel_size
        self.resample = resample
        self.demodulate = demodulate
        self.use_bias = use_bias
        self.affine_gain = affine_gain
        self.gain = gain

    def build(self, features_shape, style_shape):
        channels = features_shape[-1]
        size = self.kernel_size
        self.kernel_scale = 1 / math.sqrt(size * size * channels)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(size, size, channels, self.filters),
            initializer=equalized.unit_normal(),
        )
        self.affine = equalized.EqualizedDense(
            channels, dtype=self.dtype_policy, name="affine"
        )
        self.affine.build(style_shape)
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.filters,), initializer="zeros"
            )

    def call(self, features, style):
        scale = self.scale(style)  # (b, i)
        if self.demodulate:
            outputs = self._demodulated(features, scale)
        else:
            scale = scale * (self.kernel_scale * self.gain)
            outputs = resampling.convolve(
                features * scale[:, None, None, :], self.kernel, self.resample
            )
        return outputs if self.bias is None else ops.add(outputs, self.bias)

    def _demodulated(self, features, scale):
        """Convolves, every output channel at unit variance, times `gain`."""
        power = ops.sum(ops.square(self.kernel), axis=(0, 1))  # (i, o)
        power = ops.matmul(ops.square(scale), power)  # (b, o)
        factor = ops.rsqrt(power * self.kernel_scale**2 + 1e-8)
        # Factors of the small ones, so that kernel and features are spared.
        factor = factor * (self.kernel_scale * self.gain)
        outputs = resampling.convolve(
            features * scale[:, None, None, :], self.kernel, self.resample
        )
        return outputs * factor[:, None, None, :]

    def scale(self, style):
        """Factor on each input channel.

        Args:
            style: `(batch, style_dim)`.

        Returns:
            `(batch, channels)`; 1 leaves a channel as it is.
        """
        return 1 + self.affine_gain * self.affine(style)

    def modulated_kernel(self, style):
        """The plain kernel that this layer amounts to under one fixed style.

        Args:
            style: `(style_dim,)`.

        Returns:
            `(kernel_size, kernel_size, channels, filters)`.
        """
        scale = self.scale(style[None])[0]  # (i,)
        kernel = self.kernel * self.kernel_scale * scale[:, None]
        if self.demodulate:
            power = ops.sum(ops.square(kernel), axis=(0, 1, 2))  # (o,)
            kernel = kernel * ops.rsqrt(power + 1e-8)
        return kernel * self.gain

    def compute_output_shape(self, features_shape, style_shape):
        batch, height, width, _ = features_shape
        factor = resampling.FACTORS[self.resample]
        return (batch, factor * height, factor * width, self.filters)
