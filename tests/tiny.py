"""A training whose networks are one or two dense layers, made in a moment."""

import keras
import numpy as np
from keras import ops

from tf_fingerprint import backends
from tf_fingerprint import models
from tf_fingerprint.scalable.gan import FingerprintGAN
from tf_fingerprint.training.curriculum import Curriculum
from tf_fingerprint.training.schedule import Schedule

BATCH, NUM_BITS, LATENT_DIM, STYLE_DIM, SIDE = 4, 8, 4, 5, 16
NUM_NOISE = models.num_noise(SIDE)

LOSS_WEIGHTS = {
    "adversarial": 1.0,
    "latent": 1.0,
    "fingerprint": 2.0,
    "consistency": 2.0,
    "coarse_consistency": 1.0,
    "r1": 10.0,
    "path_length": 2.0,
}


class SmallSynthesis(keras.layers.Layer):
    """One dense layer from latents, styles and noise to a picture."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(SIDE * SIDE, activation="tanh")
        self.dense.build((None, LATENT_DIM + 2 * STYLE_DIM + 1))
        self.built = True

    def call(self, inputs):
        latents, styles, noise = inputs
        styles = ops.reshape(styles, (-1, 2 * STYLE_DIM))
        inputs = ops.concatenate([latents, styles, noise[:, :1]], axis=1)
        pixels = self.dense(inputs)
        return ops.reshape(pixels, (-1, SIDE, SIDE, 1))


class SmallGenerator(keras.Model):
    """What a training needs of `models.Generator`, with two layers' styles."""

    num_bits, latent_dim, num_noise = NUM_BITS, LATENT_DIM, NUM_NOISE
    output_shape = (None, SIDE, SIDE, 1)

    def __init__(self):
        super().__init__()
        self.embedding = keras.layers.Dense(STYLE_DIM)
        self.embedding.build((None, NUM_BITS))
        self.synthesis = SmallSynthesis()
        self.built = True

    def styles(self, fingerprints):
        return ops.repeat(self.embedding(fingerprints)[:, None], 2, axis=1)

    def call(self, inputs, training=None):
        latents, fingerprints, noise = inputs
        return self.synthesis((latents, self.styles(fingerprints), noise))

    def get_config(self):
        return {}


class SmallReader(keras.Model):
    """Two dense layers from a picture to some numbers."""

    def __init__(self, num_outputs):
        super().__init__()
        self.first = keras.layers.Dense(6, activation="tanh")
        self.first.build((None, SIDE * SIDE))
        self.last = keras.layers.Dense(num_outputs)
        self.last.build((None, 6))
        self.built = True

    def call(self, images, training=None):
        return self.last(self.first(ops.reshape(images, (-1, SIDE * SIDE))))


class SmallDecoder(SmallReader):
    """Latents and logits."""

    def __init__(self):
        super().__init__(LATENT_DIM + NUM_BITS)

    def call(self, images, training=None):
        outputs = super().call(images)
        return outputs[:, :LATENT_DIM], outputs[:, LATENT_DIM:]

    def get_config(self):
        return {}


def build_gan(
    *,
    optimizer=keras.optimizers.SGD,
    curriculum=None,
    run_eagerly=True,
    noise="random",
    **schedule,
):
    """A compiled training, the same every time; penalties at every step."""
    with backends.alone():
        keras.utils.set_random_seed(0)
    settings = {
        "total_images": 1000,
        "batch_size": BATCH,
        "r1_interval": 1,
        "path_length_interval": 1,
        **schedule,
    }
    gan = FingerprintGAN(
        SmallGenerator(),
        SmallReader(1),
        SmallDecoder(),
        curriculum or Curriculum(NUM_BITS, NUM_BITS),
        Schedule(**settings),
        loss_weights=LOSS_WEIGHTS,
        noise=noise,
    )
    gan.compile(*(optimizer(0.02) for _ in range(3)), run_eagerly=run_eagerly)
    return gan


def photographs(batch_size=BATCH):
    """Noise in the shape of a batch."""
    import tensorflow as tf  # This file is for JAX too.

    shape = (batch_size, SIDE, SIDE, 1)
    return tf.random.stateless_uniform(shape, (0, 0), minval=-1)


def fit(gan, steps, images=None):
    """Trains for so many steps on the same batch."""
    import tensorflow as tf

    images = photographs() if images is None else images
    dataset = tf.data.Dataset.from_tensors(images).repeat()
    return gan.fit(dataset, steps_per_epoch=steps, shuffle=False, verbose=0)


def values(variable):
    """What a variable holds on each replica."""
    import tensorflow as tf

    strategy = tf.distribute.get_strategy()
    local = strategy.experimental_local_results(variable.value)
    return [np.array(value) for value in local]
