"""The generator: latents decide the content, the fingerprint the filters."""

import keras

from tf_fingerprint.layers import arguments
from tf_fingerprint.layers import embedding
from tf_fingerprint.models import synthesis


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class Generator(arguments.NetworkArguments, keras.Model):
    """G(z, c): the fingerprint's embedding steers all convolutions alike.

    Args:
        resolution: Height and width of the images, a power of two from 16 to
            256.
        num_bits: Length of the fingerprint, 8 to 512. 128 in the paper.
        channels: 3 for RGB, 1 for grey.
        latent_dim: Length of the latent. 512 in the paper.
        style_dim: Length of the style. 512 in the paper.
        embedding_layers: See `FingerprintEmbedding`. 8 in the paper.
        embedding_learning_rate_multiplier: See `FingerprintEmbedding`.
        signed_bits: See `FingerprintEmbedding`.
        channel_base: See `widths.channels_at`. 8192 in the paper.
        max_channels: See `widths.channels_at`. 512 in the paper.
        modulated_resolutions: See `Synthesis`.
        affine_gain: See `ModulatedConv2D`. 1 in the paper.
        noise_strength: See `Synthesis`. 0 in the paper.

    Call arguments:
        inputs: `(latents, fingerprints, noise)`, of shapes
            `(batch, latent_dim)`, standard normal; `(batch, num_bits)`, 0 and
            1, or 1/2 for a bit held neutral; `(batch, num_noise(resolution))`,
            standard normal, or zeros for pictures without noise.

    Returns:
        `(batch, resolution, resolution, channels)`, in [-1, 1] where the
        training succeeded; not clipped.

    Reference:
        Yu et al., 2022, Section 3 (https://arxiv.org/abs/2012.08726).
    """

    def __init__(
        self,
        resolution,
        num_bits=128,
        channels=3,
        latent_dim=512,
        style_dim=512,
        embedding_layers=8,
        embedding_learning_rate_multiplier=0.01,
        signed_bits=False,
        channel_base=8192,
        max_channels=512,
        modulated_resolutions=(4, 256),
        affine_gain=1.0,
        noise_strength=0.0,
        **kwargs,
    ):
        _check_arguments(num_bits, channels, modulated_resolutions)
        synthesizer = synthesis.Synthesis(
            resolution,
            channels=channels,
            latent_dim=latent_dim,
            style_dim=style_dim,
            channel_base=channel_base,
            max_channels=max_channels,
            modulated_resolutions=modulated_resolutions,
            affine_gain=affine_gain,
            noise_strength=noise_strength,
            name="synthesis",
        )
        embedder = embedding.FingerprintEmbedding(
            style_dim,
            embedding_layers,
            embedding_learning_rate_multiplier,
            signed_bits,
            name="embedding",
        )
        latents = keras.Input((latent_dim,), name="latents")
        fingerprints = keras.Input((num_bits,), name="fingerprints")
        noise = keras.Input((synthesis.num_noise(resolution),), name="noise")
        styles = keras.layers.RepeatVector(
            synthesis.num_styles(resolution), name="styles"
        )(embedder(fingerprints))
        super().__init__(
            inputs=[latents, fingerprints, noise],
            outputs=synthesizer([latents, styles, noise]),
            **kwargs,
        )
        self.num_bits = num_bits
        self.latent_dim = latent_dim

    @property
    def num_noise(self):
        """Length of the noise vector that one picture takes."""
        return self.input_shape[2][-1]

    @property
    def embedding(self):
        """The layer from fingerprints to one style: E(c)."""
        return self.get_layer("embedding")

    @property
    def synthesis(self):
        """The network from latents, styles and noise to pictures."""
        return self.get_layer("synthesis")

    def styles(self, fingerprints):
        """Each layer's style, all alike.

        Args:
            fingerprints: `(batch, num_bits)`.

        Returns:
            `(batch, num_styles(resolution), style_dim)`.
        """
        return self.get_layer("styles")(self.embedding(fingerprints))


def _check_arguments(num_bits, channels, modulated_resolutions):
    """Raises `ValueError` for arguments that make no generator."""
    if not 8 <= num_bits <= 512:
        raise ValueError(
            "`num_bits` must lie between 8 and 512. "
            f"Received: num_bits={num_bits}"
        )
    if channels not in (1, 3):
        raise ValueError(
            "`channels` must be 3 (RGB) or 1 (grey). "
            f"Received: channels={channels}"
        )
    if len(modulated_resolutions) != 2 or (
        modulated_resolutions[0] > modulated_resolutions[1]
    ):
        raise ValueError(
            "`modulated_resolutions` must be the smallest and the largest "
            "modulated resolution. Received: "
            f"modulated_resolutions={modulated_resolutions}"
        )
