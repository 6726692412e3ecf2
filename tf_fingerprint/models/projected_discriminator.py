"""Discriminators on features of a frozen network, mixed at random.

Reference:
    Sauer et al., 2021 (https://arxiv.org/abs/2111.01007); Kumari et al., 2022
    (https://arxiv.org/abs/2112.09130).
"""

import keras
import numpy as np
from keras import ops

# Channels of the projections at 1/4, 1/8, 1/16 and 1/32.
WIDTHS = (32, 64, 128, 256)


class Projection(keras.Model):
    """Fixed random mixtures of features, across channels and across scales.

    Each scale's features meet a random 1x1 convolution; then, from the
    coarsest down, each is added to the enlarged one above it and meets a
    random 3x3 convolution. Nothing is learned: random mixtures keep what is
    there, and no head can win by one conspicuous channel alone.

    `features`: list of `(batch, height, width, channels)`, finest first, each
    half of the size before.
    """

    def __init__(self, widths, seed: int = 0):
        super().__init__(name="projection")
        generator = np.random.default_rng(seed)
        self.across_channels, self.across_scales = [], []
        outer = WIDTHS[: len(widths)]
        for number, (width, own) in enumerate(zip(widths, outer, strict=True)):
            above = outer[min(number + 1, len(outer) - 1)]
            self.across_channels.append(
                self._kernel(generator, f"channels_{number}", 1, width, own)
            )
            if number + 1 < len(outer):
                self.across_scales.append(
                    self._kernel(generator, f"scales_{number}", 3, above, own)
                )
        self.built = True

    def _kernel(self, generator, name, size, inputs, outputs):
        shape = (size, size, inputs, outputs)
        deviation = np.sqrt(2 / (size * size * inputs))
        values = generator.normal(0, deviation, shape).astype("float32")
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=lambda shape, dtype=None: ops.cast(values, dtype),
            trainable=False,
        )

    def call(self, features):
        mixed = [
            _convolved(each, kernel)
            for each, kernel in zip(features, self.across_channels, strict=True)
        ]
        for number in reversed(range(len(mixed) - 1)):
            above = ops.repeat(
                ops.repeat(mixed[number + 1], 2, axis=1), 2, axis=2
            )
            mixed[number] = mixed[number] + _convolved(
                above, self.across_scales[number]
            )
        return mixed


def _convolved(features, kernel):
    return ops.conv(features, ops.cast(kernel, features.dtype), padding="same")


class FeatureHeads(keras.Model):
    """One small discriminator for each scale of the mixed features.

    Spectrally normalised convolutions of stride 2 with batch normalisation
    and leaky ReLU, down to 4 x 4, then one map of logits.

    `sizes`: height of the features, finest first; `features`: list of
    `(batch, size, size, width)`, from `Projection`. Returns `(batch, logits)`,
    float32, of all heads; positive means photograph.
    """

    def __init__(self, sizes, widths=WIDTHS):
        super().__init__(name="feature_heads")
        self.heads = [
            _head(size, width, name=f"head_{number}")
            for number, (size, width) in enumerate(
                zip(sizes, widths, strict=True)
            )
        ]
        self.built = True

    def call(self, features, training=False):
        logits = [
            ops.reshape(head(each, training=training), (-1, head.num_logits))
            for head, each in zip(self.heads, features, strict=True)
        ]
        # The mean over heads, whatever the size of their maps.
        most = max(head.num_logits for head in self.heads)
        logits = [
            ops.repeat(each, most // each.shape[1], axis=1) for each in logits
        ]
        return ops.cast(ops.concatenate(logits, axis=1), "float32")


def _head(size, width, name):
    """From `size` x `size` down to 4 x 4, then one map."""
    features = keras.Input((size, size, width))
    outputs, number = features, 0
    while outputs.shape[1] > 4:
        outputs = _normalised(
            keras.layers.Conv2D(
                min(2 * outputs.shape[-1], WIDTHS[-1]),
                4,
                strides=2,
                padding="same",
                use_bias=False,
            ),
            f"{name}_down_{number}",
        )(outputs)
        # The same on one device and on several.
        outputs = keras.layers.BatchNormalization(
            momentum=0.9, epsilon=1e-5, synchronized=True
        )(outputs)
        outputs = keras.layers.LeakyReLU(0.2)(outputs)
        number += 1
    outputs = _normalised(
        keras.layers.Conv2D(1, 3, padding="same"), f"{name}_logits"
    )(outputs)
    head = keras.Model(features, outputs, name=name)
    head.num_logits = int(np.prod(outputs.shape[1:]))
    return head


def _normalised(layer, name):
    # Keras 3.15 writes the normalised kernel back at each training call: a
    # projection after every step, where the papers normalise in passing.
    return keras.layers.SpectralNormalization(layer, name=name)
