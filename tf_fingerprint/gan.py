"""Trains generator, discriminator and decoder against and with each other."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tf_fingerprint import errors
from tf_fingerprint import losses
from tf_fingerprint import models
from tf_fingerprint.curriculum import Curriculum
from tf_fingerprint.curriculum import Progress

# What a draw is for; each purpose has its own stream of random numbers.
GENERATOR, OTHER, DISCRIMINATOR, PATH_LENGTH = range(4)


@dataclasses.dataclass(frozen=True)
class Plan:
    """Which parts one step consists of; each combination is compiled once.

    Attributes:
        fingerprints: Whether the decoder and its losses take part.
        decoder_only: Whether only the decoder learns.
        r1: Whether the discriminator's penalty is due.
        path_length: Whether the generator's penalty is due.
    """

    fingerprints: bool
    decoder_only: bool
    r1: bool
    path_length: bool


class FingerprintGAN(keras.Model):
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
        loss_weights: Dict with `adversarial`, `latent`, `fingerprint`,
            `consistency`, `r1` (gamma) and `path_length`.
        batch_size: Photographs in one step, over all replicas.
        noise: "random" draws new noise for every picture, as in the paper;
            "fixed" the same for all; "none" takes zeros.
        ema_half_life_images: Images after which an old weight counts half in
            the moving average. 10,000 in the paper.
        r1_interval: Steps between two R1 penalties. 16 in the paper.
        path_length_interval: Steps between two path-length penalties. 4 in the
            paper.
        decoder_only_from: Number of images from which on only the decoder
            learns, from the moving average's pictures rounded to 8 bits.
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
        *,
        loss_weights: dict[str, float],
        batch_size: int,
        noise: str = "random",
        ema_half_life_images: float = 10_000,
        r1_interval: int = 16,
        path_length_interval: int = 4,
        decoder_only_from: int | None = None,
        seed: int = 1000,
    ):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.decoder = decoder
        self.ema_generator = type(generator).from_config(generator.get_config())
        self.ema_generator.set_weights(generator.get_weights())
        self.curriculum = curriculum
        self.loss_weights = dict(loss_weights)
        self.batch_size = batch_size
        self.noise = noise
        resolution = generator.output_shape[1]
        self._fixed_noise = models.fixed_noise(resolution)
        self.ema_half_life_images = ema_half_life_images
        self.r1_interval = r1_interval
        self.path_length_interval = path_length_interval
        self.decoder_only_from = decoder_only_from
        self.seed = seed
        self.mean_path_length = self.add_weight(
            name="mean_path_length", shape=(), initializer="zeros"
        )
        self.mean_path_length.trainable = False
        # Progress in two numbers of 24 bits would do; float64 holds them all.
        self.saved_progress = self.add_weight(
            name="progress",
            shape=(4,),
            initializer="zeros",
            dtype="float64",
            trainable=False,
        )
        self.progress = Progress()
        self._means = {}
        # Nothing is left to build: `fit` need not call the model to find out.
        self.built = True

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
        super().compile(optimizer=None, **kwargs)
        self.generator_optimizer = generator_optimizer
        self.decoder_optimizer = decoder_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        # Variables can't be created inside a replica, so create them here.
        generator_optimizer.build(self.generator.trainable_variables)
        decoder_optimizer.build(self.decoder.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)

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
        fingerprints = (
            ops.cast(bits, "float32") * settings["active"] + neutral
        )
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
        accuracy = losses.bit_accuracy(
            fingerprints, logits, settings["active"]
        )
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
            objective = self._objective(values) * self.r1_interval / 2
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
            objective = self._objective(values) * self.path_length_interval
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

    # === From step to step, on the host ===

    def make_train_function(self, force=False):
        """Compiles one function for each plan and chooses among them.

        Branches inside a compiled step could not apply gradients under a
        distribution strategy, and would compute both sides on some devices.
        """
        if self.train_function is not None and not force:
            return self.train_function
        strategy = self.distribute_strategy

        compiled = {}

        def compile_plan(plan):
            def run(iterator, settings):
                values = strategy.run(
                    self.train_step, args=(next(iterator), settings, plan)
                )
                return {
                    name: strategy.reduce("MEAN", value, axis=None)
                    for name, value in values.items()
                }

            return run if self.run_eagerly else tf.function(run)

        def train_function(iterator):
            self.progress = self.curriculum.start(self.progress)
            plan = self._plan()
            if plan not in compiled:
                compiled[plan] = compile_plan(plan)
            values = compiled[plan](iterator, self._settings())
            return self._account(values)

        self.train_function = train_function
        return train_function

    def _plan(self):
        images, weights = self.progress.images, self.loss_weights
        step = images // self.batch_size
        last = self.decoder_only_from
        return Plan(
            fingerprints=self.progress.active_bits > 0,
            decoder_only=last is not None and images >= last,
            r1=weights["r1"] > 0 and step % self.r1_interval == 0,
            path_length=weights["path_length"] > 0
            and step % self.path_length_interval == 0,
        )

    def _settings(self):
        """What one step is told, as tensors: one compiled function for all."""
        images, bits = self.progress.images, self.progress.active_bits
        half_life = self.ema_half_life_images
        active = np.arange(self.generator.num_bits) < bits
        decay = 0.5 ** (self.batch_size / half_life)
        return {
            "seed": tf.constant([self.seed, images], "int64"),
            "active": tf.constant(active, "float32"),
            "ema_decay": tf.constant(decay, "float32"),
        }

    def _account(self, values):
        """Takes in what a step returned.

        Args:
            values: Dict of scalar tensors.

        Returns:
            Dict of running means since the epoch began.
        """
        values = {name: float(value) for name, value in values.items()}
        step = self.progress.images // self.batch_size
        for name, value in values.items():
            if not np.isfinite(value):
                raise errors.TrainingError(
                    f"The {name} loss is {value} at step {step}, after "
                    f"{self.progress.images} images. The last checkpoint is "
                    "from before. Lower `optimizer.learning_rate`, or raise "
                    "`losses.r1` if the discriminator broke."
                )
        self.progress = self.curriculum.advance(
            self.progress, values.get("bit_accuracy", 0.0), self.batch_size
        )
        for name, value in values.items():
            total, count = self._means.get(name, (0.0, 0))
            self._means[name] = (total + value, count + 1)
        return {
            "active_bits": float(self.progress.active_bits),
            **{name: total / n for name, (total, n) in self._means.items()},
        }

    def reset_metrics(self):
        """Begins a new epoch's running means."""
        super().reset_metrics()
        self._means = {}

    def save_own_variables(self, store):
        """Stores the progress along with the weights."""
        self.saved_progress.assign(dataclasses.astuple(self.progress))
        super().save_own_variables(store)

    def load_own_variables(self, store):
        """Takes up the progress that was stored with the weights."""
        super().load_own_variables(store)
        images, bits, accuracy, ready = self.saved_progress.numpy()
        self.progress = Progress(int(images), int(bits), accuracy, int(ready))


def _means(values):
    """Means over the batch, outside the tape, for the logs."""
    return {
        name: ops.mean(ops.stop_gradient(value))
        for name, value in values.items()
    }
