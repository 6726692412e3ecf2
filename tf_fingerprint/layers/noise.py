"""Per-layer noise, bias and activation: what follows each convolution."""

import keras
from keras import ops

from tf_fingerprint.layers import arguments
from tf_fingerprint.layers import equalized


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class NoisyActivation(arguments.Arguments, keras.layers.Layer):
    """Adds one noise map to all channels, then bias and activation.

        outputs = scaled_leaky_relu(features + strength * noise + bias)

    The noise comes from outside, so that who draws it decides whether it is
    new for each picture, fixed or none, and two replicas never share a seed.

    Args:
        offset: Where this layer's map begins in the flat noise vector.
        strength: Initial factor on the noise; it is learned. 0 in the paper.
        scaled: Whether the features come multiplied by `sqrt(2)` already,
            which costs nothing in the convolution before.

    Call arguments:
        features: `(batch, height, width, channels)`.
        noise: `(batch, num_noise)`, standard normal; the maps of all layers,
            one after the other.

    Returns:
        The shape of `features`.

    Reference:
        Karras et al., 2019, Section 3.2 (https://arxiv.org/abs/1812.04948).
    """

    def __init__(self, offset, strength=0.0, scaled=False, **kwargs):
        super().__init__(**kwargs)
        self.offset = offset
        self.initial_strength = strength
        self.scaled = scaled

    def build(self, features_shape, noise_shape):
        self.strength = self.add_weight(
            name="strength",
            shape=(),
            initializer=keras.initializers.Constant(self.initial_strength),
        )
        self.bias = self.add_weight(
            name="bias", shape=(features_shape[-1],), initializer="zeros"
        )

    def call(self, features, noise):
        _, height, width, _ = features.shape
        maps = noise[:, self.offset : self.offset + height * width]
        maps = ops.reshape(maps, (-1, height, width, 1))
        # The rectifier is homogeneous: its gain costs nothing before it.
        if not self.scaled:
            features = features * equalized.GAIN
        features = features + (self.strength * equalized.GAIN) * maps
        features = ops.add(features, self.bias * equalized.GAIN)
        return ops.leaky_relu(features, negative_slope=equalized.SLOPE)

    def compute_output_shape(self, features_shape, noise_shape):
        return features_shape
