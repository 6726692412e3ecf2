"""The classifier: which of several sources does this picture come from?"""

import functools

import keras

from tf_fingerprint.layers import arguments
from tf_fingerprint.layers import reflecting
from tf_fingerprint.models import widths
from tf_fingerprint.passive import bands
from tf_fingerprint.passive import trunk

# What of a picture the classifier may look at.
FULL, POSTPOOL, LOW, HIGH = "full", "postpool", bands.LOW, bands.HIGH
VARIANTS = (FULL, POSTPOOL, LOW, HIGH)

# Names of layers whose outputs others use.
FEATURES, PATCHES = "features", "patches"


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class Classifier(arguments.NetworkArguments, keras.Model):
    """Logits of the sources, by the traces that they leave in pictures.

    Args:
        num_labels: Number of sources, 2 or more.
        resolution: Height and width of the images, a power of two from 16 to
            256.
        channels: 3 for RGB, 1 for grey.
        channel_base: See `trunk.channels_at`.
        max_channels: See `trunk.channels_at`.
        variant: `"full"` sees the whole picture. `"postpool"` convolves only
            down to `switching_resolution` and then takes means, so that no
            convolution sees more than `trunk.receptive_field` pixels before
            everything is put together. `"low"` sees what is left of the
            picture at `switching_resolution`, `"high"` what is lost there.
        switching_resolution: A power of two from 4 to `resolution`; below it
            for `"high"`. Unused by `"full"`.
        labels: Names of the sources, kept with the weights; empty for none.

    Call arguments:
        images: `(batch, resolution, resolution, channels)` in [-1, 1].

    Returns:
        `(batch, num_labels)`, float32.

    Reference:
        Yu et al., 2019, Section 3 (https://arxiv.org/abs/1811.08180).
    """

    def __init__(
        self,
        num_labels,
        resolution,
        channels=3,
        channel_base=1024,
        max_channels=512,
        variant=FULL,
        switching_resolution=4,
        labels=(),
        **kwargs,
    ):
        labels = tuple(labels)
        _check(num_labels, resolution, variant, switching_resolution, labels)
        images = keras.Input((resolution, resolution, channels), name="images")
        seen = images
        if variant in (LOW, HIGH):
            seen = bands.Band(variant, switching_resolution, name="band")(seen)
        until = switching_resolution if variant == POSTPOOL else trunk.SMALLEST
        patches = trunk.trunk(seen, channel_base, max_channels, until)
        patches = keras.layers.Identity(name=PATCHES)(patches)
        features = _features(patches, channel_base, max_channels)
        logits = reflecting.HeDense(
            num_labels, activate=False, gain=1.0, dtype="float32", name="logits"
        )(features)
        super().__init__(inputs=images, outputs=logits, **kwargs)
        self.resolution = resolution
        self.num_labels = num_labels
        self.labels = labels

    def get_config(self):
        return {**super().get_config(), "labels": list(self.labels)}

    @functools.cached_property
    def reader(self) -> keras.Model:
        """From images to a pair: features `(batch, max_channels)`, logits.

        The features are what the last layer decides by.
        """
        features = self.get_layer(FEATURES).output
        return keras.Model(self.inputs[0], (features, self.outputs[0]))


def _features(patches, channel_base, max_channels):
    """One vector for all that the trunk has seen."""
    pool = patches.shape[1] // trunk.SMALLEST
    pooled = patches
    if pool > 1:
        pooled = keras.layers.AveragePooling2D(pool, name="pool")(pooled)
    last = reflecting.HeConv2D(
        trunk.channels_at(trunk.SMALLEST, channel_base, max_channels),
        name=f"conv_{trunk.SMALLEST}",
    )(pooled)
    return reflecting.HeDense(
        trunk.channels_at(2, channel_base, max_channels), name=FEATURES
    )(keras.layers.Flatten(name="flatten")(last))


def _check(num_labels, resolution, variant, switching, labels):
    """Raises `ValueError` for arguments that no network can be made of."""
    sizes = widths.resolutions(resolution)
    if num_labels < 2:
        raise ValueError(
            "`num_labels` must be at least 2. Received: "
            f"num_labels={num_labels}"
        )
    if variant not in VARIANTS:
        raise ValueError(
            f"`variant` must be one of {', '.join(VARIANTS)}. Received: "
            f"variant={variant!r}"
        )
    if switching not in sizes or (variant == HIGH and switching == resolution):
        raise ValueError(
            "`switching_resolution` must be a power of two from 4 to "
            '`resolution`, and below it for "high". Received: '
            f"switching_resolution={switching}, resolution={resolution}"
        )
    if labels and (len(labels) != num_labels or len(set(labels)) < num_labels):
        raise ValueError(
            "`labels` must be as many different names as `num_labels` says. "
            f"Received: labels={labels}, num_labels={num_labels}"
        )
