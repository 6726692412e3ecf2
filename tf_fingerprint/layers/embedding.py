"""From a fingerprint to the style that steers the convolutions."""

import keras

from tf_fingerprint.layers import arguments
from tf_fingerprint.layers import equalized


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class FingerprintEmbedding(arguments.Arguments, keras.layers.Layer):
    """E(c): dense layers from the fingerprint to the style.

    Args:
        style_dim: Length of the style.
        num_layers: Number of dense layers. 8 in the paper, with activations.
            1 is linear. 0 takes the bits themselves as the style.
        learning_rate_multiplier: 0.01 in the paper.
        signed_bits: Whether bits enter as -1 and 1, which makes 1/2 a neutral
            bit that steers nothing. The paper enters them as 0 and 1.

    Call arguments:
        fingerprints: `(batch, num_bits)` of 0 and 1, or 1/2 for a bit held
            neutral.

    Returns:
        `(batch, style_dim)`.

    Reference:
        Yu et al., 2022, Section 3 (https://arxiv.org/abs/2012.08726).
    """

    def __init__(
        self,
        style_dim=512,
        num_layers=8,
        learning_rate_multiplier=0.01,
        signed_bits=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.style_dim = style_dim
        self.num_layers = num_layers
        self.learning_rate_multiplier = learning_rate_multiplier
        self.signed_bits = signed_bits

    def build(self, fingerprints_shape):
        if self.num_layers == 0 and fingerprints_shape[-1] != self.style_dim:
            raise ValueError(
                "Without embedding layers the bits are the style, so "
                "`style_dim` must equal the number of bits. Received: "
                f"style_dim={self.style_dim} and {fingerprints_shape[-1]} bits"
            )
        self.dense_layers = [
            equalized.EqualizedDense(
                self.style_dim,
                activate=self.num_layers > 1,
                learning_rate_multiplier=self.learning_rate_multiplier,
                dtype=self.dtype_policy,
                name=f"dense_{index}",
            )
            for index in range(self.num_layers)
        ]
        shape = fingerprints_shape
        for layer in self.dense_layers:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)

    def call(self, fingerprints):
        style = 2 * fingerprints - 1 if self.signed_bits else fingerprints
        for layer in self.dense_layers:
            style = layer(style)
        return style

    def compute_output_shape(self, fingerprints_shape):
        return (*fingerprints_shape[:-1], self.style_dim)
