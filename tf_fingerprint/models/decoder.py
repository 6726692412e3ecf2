"""The decoder: which fingerprint, and which latent, made this image?"""

import keras

from tf_fingerprint.layers import arguments
from tf_fingerprint.models import trunk


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class Decoder(arguments.NetworkArguments, keras.Model):
    """F(x): the discriminator's trunk, without its look at the minibatch.

    Args:
        resolution: Height and width of the images.
        num_bits: Length of the fingerprint.
        channels: 3 for RGB, 1 for grey.
        latent_dim: Length of the latent.
        channel_base: See `widths.channels_at`.
        max_channels: See `widths.channels_at`.

    Call arguments:
        images: `(batch, resolution, resolution, channels)` in [-1, 1].

    Returns:
        Pair of `(batch, latent_dim)`, the estimated latents, and
        `(batch, num_bits)`, the fingerprint's logits; positive means 1.

    Reference:
        Yu et al., 2022, Section 3 (https://arxiv.org/abs/2012.08726).
    """

    def __init__(
        self,
        resolution,
        num_bits=128,
        channels=3,
        latent_dim=512,
        channel_base=8192,
        max_channels=512,
        **kwargs,
    ):
        images = keras.Input((resolution, resolution, channels), name="images")
        features = trunk.residual_trunk(images, channel_base, max_channels)
        outputs = trunk.head(
            features, latent_dim + num_bits, channel_base, max_channels
        )
        super().__init__(
            inputs=images,
            outputs=(outputs[:, :latent_dim], outputs[:, latent_dim:]),
            **kwargs,
        )
        self.resolution = resolution
        self.num_bits = num_bits
