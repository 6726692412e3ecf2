"""Frozen networks that know pictures, and distances by what they see.

The network is shown pictures at a size of its own, enlarged or shrunk
bilinearly. Features are compared as directions: at every place, the vector
over channels is scaled to length one.

Reference:
    Zhang et al., 2018, Section 3 (https://arxiv.org/abs/1801.03924).
"""

import keras
from keras import ops

from tf_fingerprint import errors
from tf_fingerprint.models import efficientnet_lite0

NAMES = ("efficientnet_lite0",)

# Side at which pictures are shown to the network.
SIDE = 128


class FeatureNetwork(keras.Model):
    """What a frozen network sees in pictures, at four scales.

    `name`: of `NAMES`, or a network of `keras.applications`, such as
    `MobileNetV2`, whose ImageNet weights Keras must have or fetch; `images`:
    `(batch, height, width, 3)` in [-1, 1]. Returns list of four features,
    `(batch, side / s, side / s, width)` for s of 4, 8, 16 and 32.
    """

    def __init__(self, name: str = "efficientnet_lite0", side: int = SIDE):
        super().__init__(name="features")
        self.side = side
        if name == "efficientnet_lite0":
            self.network = efficientnet_lite0.efficientnet_lite0(side)
        else:
            self.network = _application(name, side)
        self.sizes = tuple(each.shape[1] for each in self.network.outputs)
        self.widths = tuple(each.shape[-1] for each in self.network.outputs)
        self.trainable = False
        self.built = True

    def call(self, images):
        if images.shape[1] != self.side:
            images = ops.image.resize(
                images, (self.side, self.side), interpolation="bilinear"
            )
        return self.network(images, training=False)


def distance(features, others):
    """How differently two lots of pictures are seen.

        sum over scales of mean over places of |f / |f| - g / |g||^2

    `features`: list of `(batch, height, width, width)`; `others`: likewise, of
    other pictures in the same order. Returns `(batch,)`, from 0 to 4 times the
    number of scales.
    """
    return sum(
        ops.mean(
            ops.sum(ops.square(_direction(a) - _direction(b)), axis=-1),
            axis=(1, 2),
        )
        for a, b in zip(features, others, strict=True)
    )


def diversity(features):
    """How differently the pictures of each pair in a batch are seen.

    `features`: list of `(batch, height, width, width)`; the first two pictures
    are a pair, and so on. One left over is its own. Returns `(batch,)`,
    distances as in `distance`; near 0 if all are alike.
    """
    size = ops.shape(features[0])[0]
    places = ops.arange(size)
    others = ops.minimum(places + 1 - 2 * (places % 2), size - 1)
    return distance(
        features, [ops.take(each, others, axis=0) for each in features]
    )


def _direction(features):
    features = ops.cast(features, "float32")
    squares = ops.sum(ops.square(features), axis=-1, keepdims=True)
    return features * ops.rsqrt(squares + 1e-6)


def _application(name, side):
    """A network of `keras.applications`, tapped before each halving."""
    make = getattr(keras.applications, name, None)
    if not callable(make):
        raise errors.TrainingError(
            f"`networks.features` must be one of {', '.join(NAMES)} or a "
            f"network of `keras.applications`. Received {name!r}."
        )
    try:
        whole = make(include_top=False, input_shape=(side, side, 3))
    # Files that can't be fetched fail in as many ways as there are networks.
    except Exception as error:
        raise errors.TrainingError(
            f"The weights of `keras.applications.{name}` can't be had: {error} "
            "Without a network to fetch them from, put them into Keras's "
            'cache, or use `networks.features = "efficientnet_lite0"`, which '
            "comes with the package."
        ) from error
    last = {}
    for layer in whole.layers:
        shape = getattr(layer.output, "shape", ())
        if len(shape) == 4 and shape[1]:
            last[side // shape[1]] = layer.output
    scales = [scale for scale in (4, 8, 16, 32) if scale in last]
    return keras.Model(whole.inputs, [last[scale] for scale in scales])
