"""The convolutions that classifier, encoder and their critics share."""

import keras

from tf_fingerprint.layers import reflecting

# Height and width at which the trunk ends.
SMALLEST = 4


def channels_at(size, channel_base=1024, max_channels=512):
    """Channels of the first convolution at one resolution.

    The second one has as many as the first one at half the size.

    `size`: height and width of the features, 2 or more. 2 stands for the vector
    behind the last convolution. `channel_base`: half of the channels times the
    size, where they are not capped. 1024 in the paper. `max_channels`: the cap.
    512 in the paper. Returns number of channels, at least 1.

    Example:

    >>> [channels_at(size) for size in (128, 64, 32, 16, 8, 4, 2)]
    [16, 32, 64, 128, 256, 512, 512]
    """
    return max(1, min(2 * channel_base // size, max_channels))


def trunk(images, channel_base=1024, max_channels=512, until=SMALLEST):
    """Two convolutions and a pool at each resolution.

    `images`: `(batch, size, size, channels)`, symbolic; size is a power of two.
    `until`: height and width at which to stop, `SMALLEST` to the images'.
    Returns `(batch, until, until, channels)`; the images themselves if they are
    no larger.

    Reference:
        Yu et al., 2019, Section 3 (https://arxiv.org/abs/1811.08180).
    """
    features = images
    while (size := features.shape[1]) > until:
        for position, step in enumerate((size, size // 2)):
            features = reflecting.HeConv2D(
                channels_at(step, channel_base, max_channels),
                # The traces are in the lowest bits, which bfloat16 lacks.
                dtype="float32" if features is images else None,
                name=f"conv_{size}_{position}",
            )(features)
        features = keras.layers.AveragePooling2D(2, name=f"pool_{size}")(
            features
        )
    return features


def receptive_field(resolution, until=SMALLEST):
    """Side of the patch that a feature of the trunk has seen, in pixels.

    Returns pixels; more than `resolution` where features see everything.

    Example:

    >>> [receptive_field(128, until) for until in (128, 64, 32, 16, 8, 4)]
    [1, 6, 16, 36, 76, 156]
    """
    return 5 * (resolution // until) - 4
