"""The two networks that hide fingerprints in photographs and read them back."""

import keras
from keras import ops

from tf_fingerprint.artificial import codec_parts as parts
from tf_fingerprint.layers import arguments

RESOLUTIONS = (32, 64, 128, 256)
MIN_BITS, MAX_BITS = 32, 256

INITIALIZERS = ("torch", "he")


@keras.saving.register_keras_serializable(package="tf_fingerprint.artificial")
class Encoder(arguments.NetworkArguments, keras.Model):
    """E(x, c): the photograph again, with a fingerprint hidden in it.

    The fingerprint becomes a pattern of 16 x 16, is laid beside the picture,
    and both pass through a U-shaped network.

    Args:
        resolution: Height and width of the images: 32, 64, 128 or 256.
        num_bits: Length of the fingerprint, 32 to 256. 100 in the paper.
        width: Channels of the outermost convolutions; those further in have up
            to eight times as many. 32 in the paper.
        residual: Whether the network makes the difference to the picture
            instead of the picture. Not so in the paper; the picture is then
            right from the first step on.
        mark_resolution: Height and width to which that difference is averaged
            before it is enlarged again, so that generators whose layers are
            smooth can draw it; the resolution divided by a power of two, or 0
            for all the detail there is, as in the paper.
        initializer: `torch`, weights as the authors' framework draws them, or
            `he`, so large that signals keep their size through the layers.
        dtype: Precision of the layers; the outputs are float32.

    Call arguments:
        inputs: Pair of images, `(batch, resolution, resolution, 3)` in [0, 1],
            and fingerprints, `(batch, num_bits)` of 0 and 1, or 0.5 for bits
            held neutral.

    Returns:
        Images of the same shape, in [0, 1].

    Reference:
        Yu et al., 2021, Section 3 (https://arxiv.org/abs/2007.08457).
    """

    def __init__(
        self,
        resolution,
        num_bits=100,
        width=32,
        residual=False,
        mark_resolution=0,
        initializer="torch",
        **kwargs,
    ):
        _check(resolution, num_bits, width, initializer)
        _check_mark(mark_resolution, resolution, residual)
        layers = parts.Layers(initializer)
        images = keras.Input((resolution, resolution, 3), name="images")
        bits = keras.Input((num_bits,), name="fingerprints")
        inputs = ops.concatenate(
            [images, parts.pattern(layers, bits, resolution)], axis=-1
        )

        # === Down ===
        conv1 = layers.conv(inputs, width, "conv1")
        conv2 = layers.conv(conv1, width, "conv2", strides=2)
        conv3 = layers.conv(conv2, 2 * width, "conv3", strides=2)
        conv4 = layers.conv(conv3, 4 * width, "conv4", strides=2)
        conv5 = layers.conv(conv4, 8 * width, "conv5", strides=2)

        # === Up ===
        up6 = layers.up(conv5, 4 * width, "up6")
        conv6 = layers.conv(_beside(conv4, up6), 4 * width, "conv6")
        up7 = layers.up(conv6, 2 * width, "up7")
        conv7 = layers.conv(_beside(conv3, up7), 2 * width, "conv7")
        up8 = layers.up(conv7, width, "up8")
        conv8 = layers.conv(_beside(conv2, up8), width, "conv8")
        up9 = layers.up(conv8, width, "up9")
        conv9 = layers.conv(_beside(conv1, up9, inputs), width, "conv9")
        conv10 = layers.conv(conv9, width, "conv10")
        outputs = layers.last(conv10, "residual")
        if mark_resolution:
            outputs = parts.coarse(outputs, resolution // mark_resolution)
        if residual:
            outputs = ops.clip(images + outputs, 0, 1)
        else:
            outputs = ops.sigmoid(outputs)

        super().__init__(inputs=[images, bits], outputs=outputs, **kwargs)
        self.resolution = resolution
        self.num_bits = num_bits


@keras.saving.register_keras_serializable(package="tf_fingerprint.artificial")
class Decoder(arguments.NetworkArguments, keras.Model):
    """D(x): which fingerprint does this picture carry?

    Args:
        resolution: Height and width of the images: 32, 64, 128 or 256.
        num_bits: Length of the fingerprint, 32 to 256. 100 in the paper.
        width: Channels of the first convolutions; the last have four times as
            many. 32 in the paper.
        dense_units: Width of the hidden dense layer. 512 in the paper.
        initializer: See `Encoder`.

    Call arguments:
        images: `(batch, resolution, resolution, 3)` in [0, 1].

    Returns:
        Logits, `(batch, num_bits)`; positive means 1.

    Reference:
        Yu et al., 2021, Section 3 (https://arxiv.org/abs/2007.08457).
    """

    def __init__(
        self,
        resolution,
        num_bits=100,
        width=32,
        dense_units=512,
        initializer="torch",
        **kwargs,
    ):
        _check(resolution, num_bits, width, initializer)
        layers = parts.Layers(initializer)
        images = keras.Input((resolution, resolution, 3), name="images")
        features = images
        shapes = ((1, 2), (1, 1), (2, 2), (2, 1), (2, 2), (4, 2), (4, 2))
        for number, (factor, strides) in enumerate(shapes, start=1):
            features = layers.conv(
                features, factor * width, f"conv{number}", strides=strides
            )
        features = keras.layers.Flatten(name="flatten")(features)
        features = layers.dense(features, dense_units, "dense", "relu")
        logits = layers.dense(features, num_bits, "logits", dtype="float32")
        super().__init__(inputs=images, outputs=logits, **kwargs)
        self.resolution = resolution
        self.num_bits = num_bits


def _beside(*features):
    return ops.concatenate(features, axis=-1)


def _check(resolution, num_bits, width, initializer):
    """Raises `ValueError` for sizes that no codec has."""
    if resolution not in RESOLUTIONS:
        raise ValueError(
            f"`resolution` must be one of {', '.join(map(str, RESOLUTIONS))}. "
            f"Received {resolution}."
        )
    if not MIN_BITS <= num_bits <= MAX_BITS:
        raise ValueError(
            f"`num_bits` must be between {MIN_BITS} and {MAX_BITS}. Received "
            f"{num_bits}."
        )
    if width < 1:
        raise ValueError(f"`width` must be at least 1. Received {width}.")
    if initializer not in INITIALIZERS:
        raise ValueError(
            f"`initializer` must be one of {', '.join(INITIALIZERS)}. Received "
            f"{initializer!r}."
        )


def _check_mark(mark_resolution, resolution, residual):
    """Raises `ValueError` for a coarseness that no mark can have."""
    if not mark_resolution:
        return
    halves = [resolution >> k for k in range(1, resolution.bit_length() - 2)]
    if mark_resolution not in halves:
        raise ValueError(
            "`mark_resolution` must be 0, or `resolution` halved down to 4, "
            f"one of {', '.join(map(str, halves))}. Received "
            f"{mark_resolution}."
        )
    if not residual:
        raise ValueError(
            "`residual` must be true where `mark_resolution` is set: only a "
            "difference can be coarser than its picture. Received false."
        )
