"""DCGAN: transposed convolutions, batch normalization, and a game.

    python examples/dcgan.py photographs.zip --to runs/dcgan

Reference: Radford et al., 2016 (https://arxiv.org/abs/1511.06434).
"""

import drawing
import keras
import learning
import tensorflow as tf
import training
from keras import layers

from tf_fingerprint.training import adam

# What is drawn in a step.
LATENTS = 0


def add_options(parser):
    """Those that only this example has."""
    parser.add_argument("--width", type=int, default=32, help="channels")
    parser.add_argument("--latent-dim", type=int, default=100)
    parser.add_argument("--learning-rate", type=float, default=2e-4)


def generator(options):
    """From latents to images: twice the size, half the channels, and again."""
    latents = keras.Input((options.latent_dim,), name="latents")
    width = options.width * options.resolution // 8
    features = layers.Dense(16 * width, use_bias=False)(latents)
    features = layers.Reshape((4, 4, width))(features)
    features = layers.ReLU()(layers.BatchNormalization()(features))
    for _ in range(options.resolution.bit_length() - 4):
        width //= 2
        features = layers.Conv2DTranspose(
            width, 4, strides=2, padding="same", use_bias=False
        )(features)
        features = layers.ReLU()(layers.BatchNormalization()(features))
    images = layers.Conv2DTranspose(
        3, 4, strides=2, padding="same", activation="tanh", dtype="float32"
    )(features)
    return keras.Model(latents, images, name="generator")


def discriminator(options):
    """From images to one logit: half the size, twice the channels."""
    images = keras.Input((options.resolution, options.resolution, 3))
    width, features = options.width, images
    for number in range(options.resolution.bit_length() - 3):
        features = layers.Conv2D(
            width, 4, strides=2, padding="same", use_bias=number == 0
        )(features)
        if number:
            features = layers.BatchNormalization()(features)
        features = layers.LeakyReLU(negative_slope=0.2)(features)
        width *= 2
    logits = layers.Dense(1, dtype="float32")(layers.Flatten()(features))
    return keras.Model(images, logits, name="discriminator")


class DCGAN(learning.Training):
    """Generator against discriminator, one step each."""

    def __init__(self, options, generator, average):
        super().__init__(
            generator,
            average,
            names=("generator", "discriminator"),
            seed=options.seed,
            ema_decay=training.ema_decay(EXAMPLE, options),
        )
        self.discriminator = discriminator(options)
        self.generator_optimizer = adam.Adam(options.learning_rate, beta_1=0.5)
        self.discriminator_optimizer = adam.Adam(
            options.learning_rate, beta_1=0.5
        )
        self.generator_optimizer.build(generator.trainable_variables)
        self.discriminator_optimizer.build(
            self.discriminator.trainable_variables
        )

    def update(self, images):
        """Moves the discriminator, then the generator."""
        shape = (tf.shape(images)[0], self.generator.input_shape[-1])
        latents = self.normal(shape, LATENTS)
        fakes = self.generator(latents, training=True)

        def judge():
            real_logits = self.discriminator(images, training=True)
            fake_logits = self.discriminator(fakes, training=True)
            # Photographs count as 0.9: a sure judge teaches nothing.
            return tf.reduce_mean(
                0.9 * tf.nn.softplus(-real_logits)
                + 0.1 * tf.nn.softplus(real_logits)
                + tf.nn.softplus(fake_logits)
            )

        def fool():
            fakes = self.generator(latents, training=True)
            logits = self.discriminator(fakes, training=True)
            return tf.reduce_mean(tf.nn.softplus(-logits))

        return {
            "discriminator": self.descend(
                self.discriminator_optimizer, self.discriminator, judge
            ),
            "generator": self.descend(
                self.generator_optimizer, self.generator, fool
            ),
        }


def pictures(generator, seed, numbers):
    """Images in [-1, 1]."""
    latents = drawing.normal(seed, numbers, generator.input_shape[1:])
    return generator(latents, training=False)


EXAMPLE = training.Example(
    __doc__.splitlines()[0],
    add_options,
    generator,
    DCGAN,
    pictures,
)

if __name__ == "__main__":
    training.main(EXAMPLE)
