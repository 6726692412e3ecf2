"""Trains generator, discriminator and decoder against and with each other."""

import numpy as np
from keras import ops

from tf_fingerprint import models
from tf_fingerprint.backends import randomness
from tf_fingerprint.scalable import updates
from tf_fingerprint.scalable.opponents import FeatureOpponents
from tf_fingerprint.training import grids
from tf_fingerprint.training import moving_average
from tf_fingerprint.training import random_inputs
from tf_fingerprint.training import trainer
from tf_fingerprint.training.curriculum import Curriculum
from tf_fingerprint.training.immunisation import Immunisation
from tf_fingerprint.training.schedule import Plan
from tf_fingerprint.training.schedule import Schedule


class FingerprintGAN(trainer.SteppedModel):
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
            `consistency`, `coarse_consistency`, `r1` (gamma),
            `path_length`, `feature_adversarial` and `feature_consistency`.
        opponents: What knows pictures by their features; None for nobody.
        immunisation: What happens to pictures before the decoder sees them;
            nothing by default.
        noise: "random" draws new noise for every picture, as in the paper;
            "fixed" takes `models.fixed_noise` for all; "none" takes zeros.
        seed: Of everything that is drawn.
        training_fingerprints: How many fingerprints to draw from; 0 draws any
            at all, as in the paper.

    Reference:
        Yu et al., 2022, Section 3 (https://arxiv.org/abs/2012.08726).
    """

    chance_advice = (
        "a smaller `curriculum.initial_bits` (8), a longer "
        "`curriculum.picture_images`, a smaller `losses.consistency` (0.5), or "
        "`networks.embedding_layers = 1` with "
        "`embedding_learning_rate_multiplier = 1`"
    )
    broken_advice = (
        "with a lower `optimizer.learning_rate`, or with a higher `losses.r1` "
        "if the discriminator broke first"
    )

    def __init__(
        self,
        generator,
        discriminator,
        decoder,
        curriculum: Curriculum,
        schedule: Schedule,
        *,
        loss_weights: dict[str, float],
        immunisation: Immunisation | None = None,
        noise: str = "random",
        seed: int = 1000,
        training_fingerprints: int = 0,
        opponents: FeatureOpponents | None = None,
    ):
        super().__init__()
        # Its heads are this model's weights, what is frozen in it is not.
        self.opponents = opponents
        self.feature_heads = opponents and opponents.heads
        self.generator = generator
        self.discriminator = discriminator
        self.decoder = decoder
        self.ema_generator = moving_average.clone(generator)
        # What the pictures look like without fingerprints, once they are done.
        self.anchor_generator = None
        if schedule.anchored:
            self.anchor_generator = moving_average.clone(generator)
        self.curriculum = curriculum
        self.schedule = schedule
        self.loss_weights = dict(loss_weights)
        self.immunisation = immunisation or Immunisation()
        self.noise = noise
        self.seed = seed
        self.mean_path_length = self.add_weight(
            name="mean_path_length",
            shape=(),
            initializer="zeros",
            trainable=False,
        )
        num_noise = generator.num_noise
        self._noise = {
            "random": num_noise,
            "fixed": models.fixed_noise(generator.output_shape[1]),
            "none": np.zeros(num_noise, "float32"),
        }[noise]
        self._table = None
        if training_fingerprints:
            # A tensor, so that a compiled step refers to it, not copies it.
            self._table = ops.convert_to_tensor(
                random_inputs.fingerprint_table(
                    seed, training_fingerprints, generator.num_bits
                )
            )

    def compile(
        self,
        generator_optimizer,
        decoder_optimizer,
        discriminator_optimizer,
        feature_optimizer=None,
        **kwargs,
    ):
        """Takes one optimizer for each network.

        Args:
            generator_optimizer: Of generator and fingerprint embedding.
            decoder_optimizer: Of the decoder.
            discriminator_optimizer: Of the discriminator.
            feature_optimizer: Of the heads on features, if there are any.
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
        optimizers = [
            generator_optimizer,
            decoder_optimizer,
            discriminator_optimizer,
        ]
        if self.feature_heads:
            self.feature_optimizer = feature_optimizer
            feature_optimizer.build(self.feature_heads.trainable_variables)
            optimizers.append(feature_optimizer)
        self.remember_learning_rates(*optimizers)

    def plan(self):
        """What the next step consists of."""
        started = self.progress.active_bits > 0
        self.progress = self.curriculum.start(self.progress)
        if self.anchor_generator and self.progress.active_bits and not started:
            self.settle()
            for network in (self.anchor_generator, self.generator):
                network.set_weights(self.ema_generator.get_weights())
        self.scale_learning_rates(
            self.schedule.learning_rate_factor(self.progress)
        )
        return self.schedule.plan(
            self.progress,
            r1=self.loss_weights["r1"] > 0,
            path_length=self.loss_weights["path_length"] > 0,
        )

    def settings(self):
        """What a step is told, as tensors: one compiled function for all."""
        progress = self.progress
        active = np.arange(self.generator.num_bits) < progress.active_bits
        told = {
            "active": active,
            "consistency": progress.consistency,
            "reach": self.immunisation.reach(
                progress.images - self.curriculum.picture_images
            ),
            "ema_decay": self.schedule.ema_decay,
        }
        return {"seed": randomness.step_seed(self.seed, progress.images)} | {
            name: ops.convert_to_tensor(np.float32(value))
            for name, value in told.items()
        }

    def advance(self, values):
        """Moves on by one batch, whose step returned these floats."""
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
            settings: Dict of tensors: `seed`, the step's; `active`,
                `(num_bits,)`, 1 for bits in use; `consistency`, factor on
                those losses; `reach`, of perturbations; `ema_decay`.
            plan: Which parts the step consists of.

        Returns:
            Dict from the name of each loss to its mean over the batch.
        """
        batch_size = ops.shape(images)[0]
        if plan.decoder_only:
            return updates.update_decoder(self, batch_size, settings)
        values, kept = updates.update_generator(
            self, batch_size, settings, plan
        )
        if plan.path_length:
            values |= updates.penalize_path_length(self, batch_size, settings)
        if plan.has_opponents:
            values |= updates.update_discriminators(
                self, images, kept, settings
            )
        if plan.r1:
            values |= updates.penalize_gradient(self, images)
        moving_average.update(
            self.ema_generator, self.generator, settings["ema_decay"]
        )
        return values

    def sample_inputs(self, batch_size, settings, purpose):
        """Draws latents, fingerprints and noise, different on every replica.

        Args:
            batch_size: Number of pictures.
            settings: See `train_step`.
            purpose: One of `drawing.PURPOSES`.

        Returns:
            What the generator takes: `(latents, fingerprints, noise)`.
        """
        return random_inputs.inputs(
            random_inputs.replica_seed(settings["seed"], purpose),
            batch_size,
            settings["active"],
            latent_dim=self.generator.latent_dim,
            noise=self._noise,
            table=self._table,
        )

    def perturb(self, images, settings):
        """What becomes of pictures before the decoder sees them.

        Args:
            images: `(batch, height, width, channels)` in [-1, 1].
            settings: See `train_step`.

        Returns:
            Pictures of the same shape.
        """
        return self.immunisation.perturb(
            images, settings["seed"], settings["reach"]
        )

    # === What is kept of it ===

    def finished(self):
        """The networks that the training is for, by the name of their file."""
        return {"generator": self.ema_generator, "decoder": self.decoder}

    def draw(self, folder):
        """Draws pictures of the moving average; see `grids.draw`."""
        progress = self.progress
        grids.draw(
            self.ema_generator,
            folder,
            f"{progress.images:09d}",
            active_bits=progress.active_bits,
            noise=self.noise,
        )
