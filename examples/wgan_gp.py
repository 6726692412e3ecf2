"""WGAN-GP: a critic instead of a judge, and a penalty on its slope.

    python examples/wgan_gp.py photographs.zip --to runs/wgan_gp

Each step reads several batches of photographs: the critic learns from all of
them, then the generator moves once.

Reference: Gulrajani et al., 2017 (https://arxiv.org/abs/1704.00028).
"""

import drawing
import keras
import learning
import tensorflow as tf
import training
from keras import layers

from tf_fingerprint.training import adam

# What is drawn in a step; the critic's batches have further numbers.
LATENTS, CRITIC_LATENTS = 0, 1


def add_options(parser):
    """Those that only this example has."""
    parser.add_argument("--width", type=int, default=24, help="channels")
    parser.add_argument("--latent-dim", type=int, default=128)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--critic-steps", type=int, default=2)
    parser.add_argument("--penalty", type=float, default=10.0)


def generator(options):
    """From latents to images: nearest neighbours, then a convolution."""
    latents = keras.Input((options.latent_dim,), name="latents")
    width = options.width * options.resolution // 8
    features = layers.Dense(16 * width)(latents)
    features = layers.Reshape((4, 4, width))(features)
    for _ in range(options.resolution.bit_length() - 3):
        width = max(width // 2, 8)
        features = layers.ReLU()(layers.BatchNormalization()(features))
        features = layers.UpSampling2D()(features)
        features = layers.Conv2D(width, 3, padding="same")(features)
    features = layers.ReLU()(layers.BatchNormalization()(features))
    images = layers.Conv2D(
        3, 3, padding="same", activation="tanh", dtype="float32"
    )(features)
    return keras.Model(latents, images, name="generator")


def critic(options):
    """From images to one number each; without batch normalization.

    The penalty is on each picture's own slope, which a norm over the batch
    would mix up.
    """
    images = keras.Input((options.resolution, options.resolution, 3))
    width, features = options.width, images
    for _ in range(options.resolution.bit_length() - 3):
        features = layers.Conv2D(width, 5, strides=2, padding="same")(features)
        features = layers.LeakyReLU(negative_slope=0.2)(features)
        width *= 2
    scores = layers.Dense(1, dtype="float32")(layers.Flatten()(features))
    return keras.Model(images, scores, name="critic")


def gradient_penalty(critic, images, fakes, places):
    """How far the critic's slope is from 1 between photographs and fakes.

        (|gradient of critic(places * images + (1 - places) * fakes)| - 1)^2

    Args:
        critic: From images to `(batch, 1)`.
        images: Photographs.
        fakes: As many.
        places: `(batch, 1, 1, 1)` in [0, 1].

    Returns:
        `(batch,)`.

    Reference:
        Gulrajani et al., 2017, Equation 3 (https://arxiv.org/abs/1704.00028).
    """
    between = places * images + (1 - places) * fakes
    with tf.GradientTape() as tape:
        tape.watch(between)
        scores = critic(between, training=True)
    slopes = tf.cast(tape.gradient(scores, between), "float32")
    # The root has no slope at 0.
    squares = tf.reduce_sum(tf.square(slopes), axis=(1, 2, 3))
    return tf.square(tf.sqrt(squares + 1e-12) - 1)


class WassersteinGAN(learning.Training):
    """Several steps of the critic, one of the generator."""

    def __init__(self, options, generator, average):
        super().__init__(
            generator,
            average,
            names=("generator", "distance", "penalty"),
            seed=options.seed,
            ema_decay=training.ema_decay(EXAMPLE, options),
        )
        self.options = options
        self.critic = critic(options)
        self.generator_optimizer, self.critic_optimizer = (
            adam.Adam(options.learning_rate, beta_1=0.0, beta_2=0.9)
            for _ in range(2)
        )
        self.generator_optimizer.build(generator.trainable_variables)
        self.critic_optimizer.build(self.critic.trainable_variables)

    def update(self, images):
        """Moves the critic several times, then the generator."""
        batches = tf.split(images, self.options.critic_steps)
        values = [
            self._criticize(batch, 2 * number)
            for number, batch in enumerate(batches)
        ]
        latents = self._latents(LATENTS)

        def please():
            fakes = self.generator(latents, training=True)
            return -tf.reduce_mean(self.critic(fakes, training=True))

        moved = self.descend(self.generator_optimizer, self.generator, please)
        return {
            "generator": moved,
            "distance": tf.reduce_mean([each[0] for each in values]),
            "penalty": tf.reduce_mean([each[1] for each in values]),
        }

    def _criticize(self, images, offset):
        """Moves the critic; how well it tells, and its penalty."""
        fakes = self.generator(
            self._latents(CRITIC_LATENTS + offset), training=True
        )
        places = self.uniform(
            (self.options.batch_size, 1, 1, 1), CRITIC_LATENTS + offset + 1
        )
        values = []

        def criticize():
            real = tf.reduce_mean(self.critic(images, training=True))
            fake = tf.reduce_mean(self.critic(fakes, training=True))
            penalty = tf.reduce_mean(
                gradient_penalty(self.critic, images, fakes, places)
            )
            values[:] = [real - fake, penalty]
            return fake - real + self.options.penalty * penalty

        self.descend(self.critic_optimizer, self.critic, criticize)
        return values

    def _latents(self, purpose):
        shape = (self.options.batch_size, self.options.latent_dim)
        return self.normal(shape, purpose)


def pictures(generator, seed, numbers):
    """Images in [-1, 1]."""
    latents = drawing.normal(seed, numbers, generator.input_shape[1:])
    return generator(latents, training=False)


EXAMPLE = training.Example(
    __doc__.splitlines()[0],
    add_options,
    generator,
    WassersteinGAN,
    pictures,
    lambda options: options.batch_size * options.critic_steps,
)

if __name__ == "__main__":
    training.main(EXAMPLE)
