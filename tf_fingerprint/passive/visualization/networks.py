"""The network that shows fingerprints: what is left of a picture, by whom.

An autoencoder R makes a picture again without the traces that tell sources
apart. What it leaves out is the image fingerprint, and one kernel for each
source, as large as a picture, says how well that fits: the kernels are the
model fingerprints.

    image fingerprint   F(x) = x - R(x)
    response            F(x) * K(y), pixel by pixel
    logit               sum of the response / sqrt(pixels and channels)

Reference:
    Yu et al., 2019, Section 3.3 (https://arxiv.org/abs/1811.08180).
"""

import functools
import math

import keras
from keras import ops

from tf_fingerprint.layers import arguments
from tf_fingerprint.layers import minibatch
from tf_fingerprint.layers import reflecting
from tf_fingerprint.models import widths
from tf_fingerprint.passive import trunk

# Names of layers whose outputs others use.
RECONSTRUCTIONS, FINGERPRINTS = "reconstructions", "fingerprints"


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class ModelFingerprints(arguments.Arguments, keras.layers.Layer):
    """How well image fingerprints fit each source's.

    One convolution whose kernels are as large as its inputs, without padding
    and bias, with equalized learning rate: a matrix product.

    `deviation`: of the numbers that the kernels begin as. 1 in the paper.
    `fingerprints`: `(batch, height, width, channels)`. Returns
    `(batch, num_labels)`, logits, float32.
    """

    def __init__(self, num_labels, deviation=1.0, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.num_labels = num_labels
        self.deviation = deviation

    def build(self, fingerprints_shape):
        self.kernel_scale = 1 / math.sqrt(math.prod(fingerprints_shape[1:]))
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*fingerprints_shape[1:], self.num_labels),
            initializer=keras.initializers.RandomNormal(stddev=self.deviation),
        )

    def call(self, fingerprints):
        size = math.prod(self.kernel.shape[:-1])
        flat = ops.reshape(fingerprints, (-1, size)) * self.kernel_scale
        return ops.matmul(flat, ops.reshape(self.kernel, (size, -1)))

    def compute_output_shape(self, fingerprints_shape):
        return (fingerprints_shape[0], self.num_labels)


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class Visualization(arguments.NetworkArguments, keras.Model):
    """R and the model fingerprints: reconstructions and logits of pictures.

    `num_labels`: number of sources, 2 or more; `resolution`: height and width
    of the images, a power of two from 16 to 256; `kernel_deviation`: of the
    numbers that the model fingerprints begin as; `labels`: names of the
    sources, kept with the weights; empty for none. `images`:
    `(batch, resolution, resolution, channels)` in [-1, 1]. Returns pair of
    reconstructions, in the shape of `images`, and of `(batch, num_labels)`,
    logits; float32.

    Reference:
        Yu et al., 2019, Section 3.3 (https://arxiv.org/abs/1811.08180).
    """

    def __init__(
        self,
        num_labels,
        resolution,
        channels=3,
        channel_base=1024,
        max_channels=512,
        kernel_deviation=1.0,
        labels=(),
        **kwargs,
    ):
        labels = tuple(labels)
        _check(num_labels, resolution, labels)
        images = keras.Input((resolution, resolution, channels), name="images")
        code = _encoded(images, channel_base, max_channels)
        reconstructions = _decoded(
            code, resolution, channels, channel_base, max_channels
        )
        fingerprints = keras.layers.Subtract(
            dtype="float32", name=FINGERPRINTS
        )([images, reconstructions])
        logits = ModelFingerprints(num_labels, kernel_deviation, name="logits")(
            fingerprints
        )
        super().__init__(
            inputs=images, outputs=(reconstructions, logits), **kwargs
        )
        self.resolution = resolution
        self.num_labels = num_labels
        self.labels = labels

    def get_config(self):
        return {**super().get_config(), "labels": list(self.labels)}

    @functools.cached_property
    def reader(self) -> keras.Model:
        """From images to a triple: reconstructions, fingerprints, logits."""
        reconstructions, logits = self.outputs
        fingerprints = self.get_layer(FINGERPRINTS).output
        [images] = self.inputs  # Given as it is, not in a list.
        return keras.Model(images, (reconstructions, fingerprints, logits))

    @property
    def kernels(self):
        """The model fingerprints, `(height, width, channels, num_labels)`."""
        return self.get_layer("logits").kernel


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class Critic(arguments.NetworkArguments, keras.Model):
    """Tells photographs from reconstructions: high for the former.

    `resolution`: height and width of the images; `images`:
    `(batch, resolution, resolution, channels)` in [-1, 1]. Returns
    `(batch, 1)`, float32.

    Reference:
        Gulrajani et al., 2017 (https://arxiv.org/abs/1704.00028).
    """

    def __init__(
        self,
        resolution,
        channels=3,
        channel_base=1024,
        max_channels=512,
        **kwargs,
    ):
        images = keras.Input((resolution, resolution, channels), name="images")
        features = trunk.trunk(images, channel_base, max_channels)
        features = minibatch.MinibatchStandardDeviation(name="variety")(
            features
        )
        features = reflecting.HeConv2D(
            trunk.channels_at(trunk.SMALLEST, channel_base, max_channels),
            name=f"conv_{trunk.SMALLEST}",
        )(features)
        features = reflecting.HeDense(
            trunk.channels_at(2, channel_base, max_channels), name="features"
        )(keras.layers.Flatten(name="flatten")(features))
        outputs = reflecting.HeDense(
            1, activate=False, gain=1.0, dtype="float32", name="outputs"
        )(features)
        super().__init__(inputs=images, outputs=outputs, **kwargs)


def _encoded(images, channel_base, max_channels):
    """What the autoencoder keeps of pictures, at 4x4."""
    features = trunk.trunk(images, channel_base, max_channels)
    for position in range(2):
        features = reflecting.HeConv2D(
            trunk.channels_at(trunk.SMALLEST, channel_base, max_channels),
            name=f"code_{position}",
        )(features)
    return features


def _decoded(features, resolution, channels, channel_base, max_channels):
    """Pictures of what was kept; the trunk, backwards."""
    for size in widths.resolutions(resolution)[1:]:
        features = keras.layers.UpSampling2D(name=f"double_{size}")(features)
        for position, step in enumerate((size // 2, size)):
            features = reflecting.HeConv2D(
                trunk.channels_at(step, channel_base, max_channels),
                name=f"decode_{size}_{position}",
            )(features)
    pictures = reflecting.HeConv2D(
        channels, activate=False, gain=1.0, name="to_image"
    )(features)
    return keras.layers.Activation(
        "tanh", dtype="float32", name=RECONSTRUCTIONS
    )(pictures)


def _check(num_labels, resolution, labels):
    """Raises `ValueError` for arguments that no network can be made of."""
    widths.resolutions(resolution)
    if num_labels < 2:
        raise ValueError(
            "`num_labels` must be at least 2. Received: "
            f"num_labels={num_labels}"
        )
    if labels and (len(labels) != num_labels or len(set(labels)) < num_labels):
        raise ValueError(
            "`labels` must be as many different names as `num_labels` says. "
            f"Received: labels={labels}, num_labels={num_labels}"
        )
