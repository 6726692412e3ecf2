"""The residual trunk that the discriminator and the decoder share."""

import math

import keras

from tf_fingerprint.layers import arguments
from tf_fingerprint.layers import equalized
from tf_fingerprint.models import widths


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class ResidualBlock(arguments.Arguments, keras.layers.Layer):
    """Two convolutions beside a shortcut, at half the size after.

        outputs = (conv_down(conv(features)) + shortcut(features)) / sqrt(2)

    `features`: `(batch, height, width, channels)`. Returns
    `(batch, height / 2, width / 2, filters)`.

    Reference:
        Karras et al., 2020, Section 4.1 (https://arxiv.org/abs/1912.04958).
    """

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters

    def build(self, features_shape):
        policy, half = self.dtype_policy, 1 / math.sqrt(2)
        self.conv = equalized.EqualizedConv2D(
            features_shape[-1], name="conv", dtype=policy
        )
        self.conv_down = equalized.EqualizedConv2D(
            self.filters,
            resample="down",
            gain=half,
            name="conv_down",
            dtype=policy,
        )
        self.shortcut = equalized.EqualizedConv2D(
            self.filters,
            kernel_size=1,
            resample="down",
            use_bias=False,
            activate=False,
            gain=half,
            name="shortcut",
            dtype=policy,
        )
        self.conv.build(features_shape)
        self.conv_down.build(features_shape)
        self.shortcut.build(features_shape)

    def call(self, features):
        outputs = self.conv_down(self.conv(features))
        return outputs + self.shortcut(features)

    def compute_output_shape(self, features_shape):
        return self.conv_down.compute_output_shape(features_shape)


def residual_trunk(images, channel_base, max_channels):
    """From images down to 4x4 features.

    `images`: symbolic `(batch, resolution, resolution, channels)`. Returns
    symbolic `(batch, 4, 4, width)`.
    """
    sizes = widths.resolutions(images.shape[1])
    features = equalized.EqualizedConv2D(
        widths.channels_at(sizes[-1], channel_base, max_channels),
        kernel_size=1,
        name="from_image",
    )(images)
    for size in reversed(sizes[1:]):
        features = ResidualBlock(
            widths.channels_at(size // 2, channel_base, max_channels),
            name=f"block_{size}",
        )(features)
    return features


def head(features, units, channel_base, max_channels):
    """From 4x4 features to a vector: one convolution, two dense layers.

    `features`: symbolic `(batch, 4, 4, width)`. Returns symbolic
    `(batch, units)`, float32.
    """
    features = equalized.EqualizedConv2D(
        widths.channels_at(4, channel_base, max_channels),
        name="conv_4",
    )(features)
    features = keras.layers.Flatten(name="flatten")(features)
    features = equalized.EqualizedDense(
        widths.channels_at(2, channel_base, max_channels),
        activate=True,
        name="dense",
    )(features)
    return equalized.EqualizedDense(units, name="outputs", dtype="float32")(
        features
    )
