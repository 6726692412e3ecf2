"""StyleGAN2: latents become styles, and styles steer the convolutions.

    python examples/stylegan2.py photographs.zip --to runs/stylegan2

Assembled of this package's layers: the same convolutions as in its own method,
steered by the latents, with no fingerprint anywhere.

Reference: Karras et al., 2020 (https://arxiv.org/abs/1912.04958).
"""

import drawing
import keras
import learning
import numpy as np
import tensorflow as tf
import training
from keras import layers
from keras import ops

from tf_fingerprint import layers as our_layers
from tf_fingerprint import models
from tf_fingerprint.models import synthesis
from tf_fingerprint.training import adam
from tf_fingerprint.training import losses
from tf_fingerprint.training import penalties

# What is drawn in a step.
LATENTS, NOISE = 0, 1

# Steps between two penalties.
PENALTY_INTERVAL = 16


def add_options(parser):
    """Those that only this example has."""
    parser.add_argument("--width", type=int, default=16, help="channels")
    parser.add_argument("--max-width", type=int, default=128, help="channels")
    parser.add_argument("--latent-dim", type=int, default=128)
    parser.add_argument("--mapping-layers", type=int, default=2)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--r1", type=float, default=0.5, help="gamma")
    parser.add_argument(
        "--noise",
        choices=("fixed", "random"),
        default="fixed",
        help="the same in all pictures, learned sooner, or new in each",
    )


def _widths(options):
    return {
        "channel_base": options.width * options.resolution // 2,
        "max_channels": options.max_width,
    }


def generator(options):
    """From latents, and noise where it is random, to images."""
    resolution, size = options.resolution, options.latent_dim
    latents = keras.Input((size,), name="latents")
    inputs = [latents]
    if options.noise == "random":
        noise = keras.Input((models.num_noise(resolution),), name="noise")
        inputs.append(noise)
    else:
        noise = _FixedNoise(resolution, dtype="float32")(latents)
    style = layers.UnitNormalization()(latents)
    style = layers.Rescaling(size**0.5)(style)
    for number in range(options.mapping_layers):
        style = our_layers.EqualizedDense(
            size,
            activate=True,
            learning_rate_multiplier=0.1,
            name=f"mapping_{number}",
        )(style)
    styles = layers.RepeatVector(synthesis.num_styles(resolution))(style)
    synthesize = synthesis.Synthesis(
        resolution,
        latent_dim=size,
        style_dim=size,
        name="synthesis",
        **_widths(options),
    )
    images = synthesize([latents, styles, noise])
    return keras.Model(inputs, images, name="generator")


@keras.saving.register_keras_serializable(package="examples")
class _FixedNoise(layers.Layer):
    """The same noise for each picture of a batch."""

    def __init__(self, resolution, **kwargs):
        super().__init__(**kwargs)
        self.resolution = resolution

    def call(self, latents):
        noise = synthesis.fixed_noise(self.resolution)
        return ops.broadcast_to(noise, (ops.shape(latents)[0], len(noise)))

    def compute_output_shape(self, latents_shape):
        return (latents_shape[0], models.num_noise(self.resolution))

    def get_config(self):
        return {**super().get_config(), "resolution": self.resolution}


class StyleGAN2(learning.Training):
    """Generator against discriminator, whose slope is kept small."""

    def __init__(self, options, generator, average):
        super().__init__(
            generator,
            average,
            names=("generator", "discriminator"),
            seed=options.seed,
            ema_decay=training.ema_decay(EXAMPLE, options),
        )
        self.options = options
        self.discriminator = models.Discriminator(
            options.resolution, **_widths(options)
        )
        self.generator_optimizer, self.discriminator_optimizer = (
            adam.Adam(options.learning_rate, beta_1=0.0, beta_2=0.99)
            for _ in range(2)
        )
        self.generator_optimizer.build(generator.trainable_variables)
        self.discriminator_optimizer.build(
            self.discriminator.trainable_variables
        )

    def update(self, images):
        """Moves the discriminator, then the generator."""
        count = self.options.batch_size
        inputs = [
            self.normal((count, size), purpose)
            for size, purpose in zip(
                sizes_of(self.generator), (LATENTS, NOISE), strict=False
            )
        ]
        fakes = self.generator(inputs, training=True)

        def judge():
            loss = losses.logistic_discriminator_loss(
                self.discriminator(images, training=True),
                self.discriminator(fakes, training=True),
            )
            return tf.reduce_mean(loss) + self._penalty(images)

        def fool():
            fakes = self.generator(inputs, training=True)
            logits = self.discriminator(fakes, training=True)
            return tf.reduce_mean(losses.non_saturating_generator_loss(logits))

        return {
            "discriminator": self.descend(
                self.discriminator_optimizer, self.discriminator, judge
            ),
            "generator": self.descend(
                self.generator_optimizer, self.generator, fool
            ),
        }

    def _penalty(self, images):
        """R1, sixteenfold at every sixteenth step."""

        def due():
            steepness = penalties.r1(self.discriminator, images)
            weight = self.options.r1 / 2 * PENALTY_INTERVAL
            return weight * ops.mean(steepness)

        return tf.cond(
            self.step.value % PENALTY_INTERVAL == 0,
            due,
            lambda: tf.constant(0.0),
        )


def pictures(generator, seed, numbers):
    """Images in [-1, 1], or a little beyond."""
    sizes = sizes_of(generator)
    drawn = drawing.normal(seed, numbers, (sum(sizes),))
    inputs = np.split(drawn, np.cumsum(sizes)[:-1], axis=1)
    return generator(inputs, training=False)


def sizes_of(generator):
    """Lengths of what it takes: of latents, and of noise if it takes any."""
    return [each.shape[-1] for each in generator.inputs]


EXAMPLE = training.Example(
    __doc__.splitlines()[0],
    add_options,
    generator,
    StyleGAN2,
    pictures,
)

if __name__ == "__main__":
    training.main(EXAMPLE)
