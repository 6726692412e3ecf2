"""The discriminator: is this a photograph?"""

import keras

from tf_fingerprint.layers import arguments
from tf_fingerprint.layers import minibatch
from tf_fingerprint.models import trunk


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class Discriminator(arguments.NetworkArguments, keras.Model):
    """D(x): StyleGAN2's residual discriminator.

    Args:
        resolution: Height and width of the images.
        channels: 3 for RGB, 1 for grey.
        channel_base: See `widths.channels_at`.
        max_channels: See `widths.channels_at`.

    Call arguments:
        images: `(batch, resolution, resolution, channels)` in [-1, 1].

    Returns:
        `(batch, 1)`, logits; positive means photograph.

    Reference:
        Karras et al., 2020, Section 4.1 (https://arxiv.org/abs/1912.04958).
    """

    def __init__(
        self,
        resolution,
        channels=3,
        channel_base=8192,
        max_channels=512,
        **kwargs,
    ):
        images = keras.Input((resolution, resolution, channels), name="images")
        features = trunk.residual_trunk(images, channel_base, max_channels)
        features = minibatch.MinibatchStandardDeviation(name="variety")(
            features
        )
        logits = trunk.head(features, 1, channel_base, max_channels)
        super().__init__(inputs=images, outputs=logits, **kwargs)
