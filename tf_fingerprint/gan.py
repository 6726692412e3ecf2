"""Trains generator, discriminator and decoder against and with each other."""

import numpy as np
import tensorflow as tf
from keras import ops

from tf_fingerprint import losses
from tf_fingerprint import models
from tf_fingerprint import stepping
from tf_fingerprint.curriculum import Curriculum
from tf_fingerprint.schedule import Plan
from tf_fingerprint.schedule import Schedule

# What a draw is for; each purpose has its own stream of random numbers.
GENERATOR, OTHER, DISCRIMINATOR, PATH_LENGTH = range(4)


class FingerprintGAN(stepping.SteppedModel):
    """Generator, discriminator and decoder, trained by `fit`.

    The dataset yields photographs alone, `(batch, height, width, channels)` in
    [-1, 1]. One step updates generator and decoder together on one objective,
    then the discriminator; penalties are steps of their own every few steps.
    What a step draws depends only on `seed`, the number of images seen and the
    replica, so that a resumed training draws what it would have drawn.

    Args:
        generator: `models.Generator`.
        discriminator: `models.Discriminator`.
        decoder: `models.Decoder`.
        curriculum: When bits are introduced.
        schedule: What the steps consist of.
        loss_weights: Dict with `adversarial`, `latent`, `fingerprint`,
            `consistency`, `r1` (gamma) and `path_length`.
        noise: "random" draws new noise for every picture, as in the paper;
            "fixed" takes `models.fixed_noise` for all; "none" takes zeros.
        seed: Of everything that is drawn.

    Reference:
        Yu et al., 2022, Section 3 (https://arxiv.org/abs/2012.08726).
    """

    def __init__(
        self,
        generator,
        discriminator,
        decoder,
        curriculum: Curriculum,
        schedule: Schedule,
        *,
        loss_weights: dict[str, float],
        noise: str = "random",
        seed: int = 1000,
    ):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.decoder = decoder
        self.ema_generator = type(generator).from_config(generator.get_config())
        self.ema_generator.set_weights(generator.get_weights())
        self.curriculum = curriculum
        self.schedule = schedule
        self.loss_weights = dict(loss_weights)
        self.noise = noise
        self.seed = seed
        self.mean_path_length = self.add_weight(
            name="mean_path_length",
            shape=(),
            initializer="zeros",
            trainable=False,
        )
        self._fixed_noise = models.fixed_noise(generator.output_shape[1])

    def compile(
        self,
        generator_optimizer,
        decoder_optimizer,
        discriminator_optimizer,
        **kwargs,
    ):
        """Takes one optimizer for each network.

        Args:
            generator_optimizer: Of generator and fingerprint embedding.
            decoder_optimizer: Of the decoder.
            discriminator_optimizer: Of the discriminator.
            **kwargs: As in `keras.Model.compile`.
        """
        super().compile(optimizer=None, jit_compile=False, **kwargs)
        self.generator_optimizer = generator_optimizer
        self.decoder_optimizer = decoder_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        # Variables can't be created inside a replica, so create them here.
        generator_optimizer.build(self.generator.trainable_variables)
        decoder_optimizer.build(self.decoder.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)
        # The schedule's factor is on these; a resumed training sets it anew.
        self._learning_rate_factor = None
        self._learning_rates = [
            (optimizer, float(ops.convert_to_numpy(optimizer.learning_rate)))
            for optimizer in (
                generator_optimizer,
                decoder_optimizer,
                discriminator_optimizer,
            )
        ]

    def plan(self):
        """What the next step consists of."""
        self.progress = self.curriculum.start(self.progress)
        factor = self.schedule.learning_rate_factor(self.progress)
        if factor != self._learning_rate_factor:
            self._learning_rate_factor = factor
            for optimizer, learning_rate in self._learning_rates:
                optimizer.learning_rate.assign(factor * learning_rate)
        return self.schedule.plan(
            self.progress,
            r1=self.loss_weights["r1"] > 0,
            path_length=self.loss_weights["path_length"] > 0,
        )

    def settings(self):
        """What a step is told, as tensors: one compiled function for all."""
        progress = self.progress
        active = np.arange(self.generator.num_bits) < progress.active_bits
        return {
            "seed": tf.constant([self.seed, progress.images], "int64"),
            "active": tf.constant(active, "float32"),
            "ema_decay": tf.constant(self.schedule.ema_decay, "float32"),
        }

    def advance(self, values):
        """Moves on by one batch.

        Args:
            values: What the step returned, as floats.
        """
        self.progress = self.curriculum.advance(
            self.progress,
            values.get("bit_accuracy", 0.0),
            self.schedule.batch_size,
        )

    # === One step on one replica ===

    def train_step(self, images, settings, plan: Plan):
        """Plays one round: generator and decoder first, then discriminator.

        Args:
            images: `(batch, height, width, channels)` in [-1, 1], one
                replica's share.
            settings: Dict of tensors: `seed`, `(2,)`; `active`,
                `(num_bits,)`, 1 for bits in use; `ema_decay`.
            plan: Which parts the step consists of.

        Returns:
            Dict from the name of each loss to its mean over the batch.
        """
        if plan.decoder_only:
            return self._update_decoder(ops.shape(images)[0], settings)
        values = self._update_generator(images, settings, plan)
        if plan.path_length:
            values |= self._penalize_path_length(images, settings)
        values |= self._update_discriminator(images, settings)
        if plan.r1:
            values |= self._penalize_gradient(images)
        self._update_ema(settings["ema_decay"])
        return values

    def sample_inputs(self, batch_size, settings, purpose):
        """Draws latents, fingerprints and noise, different on every replica.

        Args:
            batch_size: Number of pictures.
            settings: See `train_step`.
            purpose: Which stream of random numbers to draw from.

        Returns:
            What the generator takes: `(latents, fingerprints, noise)`.
        """
        # Not `keras.random`: its seed state is mirrored, so that all replicas
        # would draw the same samples.
        random = tf.random.experimental
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        seed = random.stateless_fold_in(settings["seed"], 4 * replica + purpose)
        seeds = random.stateless_split(seed, 3)
        latents_shape, fingerprints_shape, noise_shape = (
            (batch_size, shape[-1]) for shape in self.generator.input_shape
        )
        latents = tf.random.stateless_normal(latents_shape, seeds[0])
        bits = tf.random.stateless_uniform(
            fingerprints_shape, seeds[1], 0, 2, "int32"
        )
        neutral = 0.5 * (1 - settings["active"])
        fingerprints = ops.cast(bits, "float32") * settings["active"] + neutral
        if self.noise == "random":
            noise = tf.random.stateless_normal(noise_shape, seeds[2])
        elif self.noise == "fixed":
            noise = ops.broadcast_to(self._fixed_noise, noise_shape)
        else:
            noise = tf.zeros(noise_shape)
        return latents, fingerprints, noise

    def _update_generator(self, images, settings, plan):
        inputs = self.sample_inputs(
            ops.shape(images)[0], settings, purpose=GENERATOR
        )
        variables = self.generator.trainable_variables
        split = len(variables)
        if plan.fingerprints:
            variables = variables + self.decoder.trainable_variables
        accuracy = {}
        with tf.GradientTape() as tape:
            fakes = self.generator(inputs, training=True)
            fake_logits = self.discriminator(fakes, training=True)
            values = {
                "adversarial": losses.non_saturating_generator_loss(fake_logits)
            }
            if plan.fingerprints:
                decoded, accuracy = self._decode(fakes, inputs, settings)
                values |= decoded
                values["consistency"] = self._consistency(
                    fakes, inputs, settings
                )
            objective = self._objective(values)
        gradients = tape.gradient(objective, variables)
        self._apply(self.generator_optimizer, gradients[:split], variables)
        if plan.fingerprints:
            self.decoder_optimizer.apply(gradients[split:], variables[split:])
        return _means(values | accuracy)

    def _decode(self, fakes, inputs, settings):
        """What the decoder makes of the pictures: losses, and accuracy."""
        latents, fingerprints, _ = inputs
        # A picture file holds nothing beyond [-1, 1]; neither may the bits.
        estimated_latents, logits = self.decoder(
            ops.clip(fakes, -1, 1), training=True
        )
        values = {
            "latent": losses.latent_loss(latents, estimated_latents),
            "fingerprint": losses.fingerprint_loss(
                fingerprints, logits, settings["active"]
            ),
        }
        accuracy = losses.bit_accuracy(fingerprints, logits, settings["active"])
        return values, {"bit_accuracy": accuracy}

    def _consistency(self, fakes, inputs, settings):
        """How the same latents look under other fingerprints."""
        latents = inputs[0]
        _, *others = self.sample_inputs(
            ops.shape(latents)[0], settings, purpose=OTHER
        )
        other_fakes = self.generator((latents, *others), training=True)
        return losses.consistency_loss(fakes, other_fakes)

    def _update_discriminator(self, images, settings):
        inputs = self.sample_inputs(
            ops.shape(images)[0], settings, purpose=DISCRIMINATOR
        )
        fakes = self.generator(inputs, training=True)
        variables = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            values = {
                "discriminator": losses.logistic_discriminator_loss(
                    self.discriminator(images, training=True),
                    self.discriminator(fakes, training=True),
                )
            }
            objective = self._objective(values)
        gradients = tape.gradient(objective, variables)
        self.discriminator_optimizer.apply(gradients, variables)
        return _means(values)

    def _penalize_gradient(self, images):
        """R1: keeps the discriminator flat around photographs."""
        variables = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            with tf.GradientTape() as image_tape:
                image_tape.watch(images)
                logits = self.discriminator(images, training=True)
            image_gradients = image_tape.gradient(logits, images)
            values = {"r1": losses.r1_penalty(image_gradients)}
            # Half of gamma is the customary weight.
            objective = self._objective(values) * self.schedule.r1_interval / 2
        gradients = tape.gradient(objective, variables)
        self._apply(self.discriminator_optimizer, gradients, variables)
        return _means(values)

    def _penalize_path_length(self, images, settings):
        """Keeps equal steps of the style equally visible."""
        batch_size = ops.maximum(ops.shape(images)[0] // 2, 1)
        latents, fingerprints, noise = self.sample_inputs(
            batch_size, settings, purpose=PATH_LENGTH
        )
        _, height, width, channels = self.generator.output_shape
        seed = settings["seed"] + tf.constant([0, 1], settings["seed"].dtype)
        direction = tf.random.stateless_normal(
            (batch_size, height, width, channels), seed
        ) / np.sqrt(height * width).astype("float32")
        variables = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            styles = self.generator.styles(fingerprints)
            with tf.GradientTape() as style_tape:
                style_tape.watch(styles)
                fakes = self.generator.synthesis(
                    (latents, styles, noise), training=True
                )
                shift = ops.sum(fakes * direction)
            lengths = losses.path_lengths(style_tape.gradient(shift, styles))
            mean = self._mean_over_replicas(ops.mean(lengths))
            average = self.mean_path_length
            average.assign(average + 0.01 * (tf.stop_gradient(mean) - average))
            values = {
                "path_length": ops.square(lengths - ops.stop_gradient(average))
            }
            objective = (
                self._objective(values) * self.schedule.path_length_interval
            )
        gradients = tape.gradient(objective, variables)
        self._apply(self.generator_optimizer, gradients, variables)
        return _means(values)

    def _update_decoder(self, batch_size, settings):
        """The decoder alone, on pictures as they will be found."""
        inputs = self.sample_inputs(batch_size, settings, purpose=GENERATOR)
        fakes = self.ema_generator(inputs, training=False)
        fakes = ops.round(ops.clip(fakes, -1, 1) * 127.5 + 127.5) / 127.5 - 1
        variables = self.decoder.trainable_variables
        with tf.GradientTape() as tape:
            values, accuracy = self._decode(fakes, inputs, settings)
            objective = self._objective(values)
        gradients = tape.gradient(objective, variables)
        self.decoder_optimizer.apply(gradients, variables)
        return _means(values | accuracy)

    def _objective(self, values):
        """Weighted mean of per-example losses, over the global batch.

        Optimizers sum gradients over replicas; dividing by their number makes
        that sum the gradient of the global mean.
        """
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        terms = [
            self.loss_weights.get(name, 1.0) * ops.mean(value)
            for name, value in values.items()
        ]
        return sum(terms) / replicas

    def _mean_over_replicas(self, value):
        context = tf.distribute.get_replica_context()
        return context.all_reduce(tf.distribute.ReduceOp.MEAN, value)

    def _apply(self, optimizer, gradients, variables):
        """Applies gradients; a weight that a loss doesn't reach stays put."""
        variables = variables[: len(gradients)]
        gradients = [
            ops.zeros_like(variable) if gradient is None else gradient
            for gradient, variable in zip(gradients, variables, strict=True)
        ]
        optimizer.apply(gradients, variables)

    def _update_ema(self, decay):
        for average, weight in zip(
            self.ema_generator.weights, self.generator.weights, strict=True
        ):
            average.assign(weight + decay * (average - weight))


def _means(values):
    """Means over the batch, outside the tape, for the logs."""
    return {
        name: ops.mean(ops.stop_gradient(value))
        for name, value in values.items()
    }
