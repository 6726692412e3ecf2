"""Trains encoder and decoder together: hidden, and yet read."""

from typing import Any

import numpy as np
from keras import ops

from tf_fingerprint.artificial import grids
from tf_fingerprint.artificial import quality
from tf_fingerprint.artificial.balance import Balance
from tf_fingerprint.artificial.balance import CodecProgress
from tf_fingerprint.backends import randomness
from tf_fingerprint.training import gradients
from tf_fingerprint.training import losses
from tf_fingerprint.training import random_inputs
from tf_fingerprint.training import trainer
from tf_fingerprint.training.curriculum import Curriculum
from tf_fingerprint.training.immunisation import Immunisation
from tf_fingerprint.training.schedule import Schedule


class CodecTraining(trainer.SteppedModel):
    """Encoder and decoder, trained by `fit` on one objective.

        weight(t) * mean (E(x, c) - x)^2 + BCE(D(E(x, c)), c)

    The dataset yields photographs alone, `(batch, height, width, 3)` in
    [-1, 1], as every training's; encoder and decoder get them in [0, 1].

    Args:
        encoder: `codec.Encoder`.
        decoder: `codec.Decoder`.
        curriculum: When bits are introduced; all at once in the paper.
        schedule: How long, and how the learning rate falls.
        balance: How much the picture counts.
        fingerprint_weight: Of the bits' cross-entropy. 1 in the paper.
        immunisation: What happens to pictures before the decoder sees them;
            nothing by default, as in the paper.
        exchanged_share: Share of pictures whose decoder sees their difference
            to the photograph on the next photograph instead; 0 in the paper.
            What is read there does not depend on the photograph, as what a
            generator learns of all of them together cannot.
        held_out: Photographs, `uint8`, that are not trained on: `measure` and
            `draw` show them.
        seed: Of everything that is drawn.

    Reference:
        Yu et al., 2021, Section 3 (https://arxiv.org/abs/2007.08457).
    """

    chance_advice = (
        "a smaller `curriculum.initial_bits` (8), `networks.initializer = "
        '"he"`, a smaller `losses.initial_image` (0), or a larger '
        "`optimizer.learning_rate` (0.001)"
    )

    def __init__(
        self,
        encoder,
        decoder,
        curriculum: Curriculum,
        schedule: Schedule,
        balance: Balance,
        *,
        fingerprint_weight: float = 1.0,
        immunisation: Immunisation | None = None,
        exchanged_share: float = 0.0,
        held_out: np.ndarray | None = None,
        seed: int = 1000,
    ):
        super().__init__(CodecProgress())
        self.encoder = encoder
        self.decoder = decoder
        self.curriculum = curriculum
        self.schedule = schedule
        self.balance = balance
        self.fingerprint_weight = fingerprint_weight
        self.immunisation = immunisation or Immunisation()
        self.exchanged_share = exchanged_share
        self.held_out: Any = held_out
        self.seed = seed

    def compile(self, encoder_optimizer, decoder_optimizer, **kwargs):
        """Takes one optimizer for each network.

        Args:
            encoder_optimizer: Of the encoder.
            decoder_optimizer: Of the decoder.
            **kwargs: As in `keras.Model.compile`.
        """
        super().compile(optimizer=None, jit_compile=False, **kwargs)
        self.encoder_optimizer = encoder_optimizer
        self.decoder_optimizer = decoder_optimizer
        # Variables can't be created inside a replica, so create them here.
        encoder_optimizer.build(self.encoder.trainable_variables)
        decoder_optimizer.build(self.decoder.trainable_variables)
        self.remember_learning_rates(encoder_optimizer, decoder_optimizer)

    def plan(self):
        """What the next step consists of: the same as every other."""
        self.progress = self.curriculum.start(self.progress)
        self.scale_learning_rates(
            self.schedule.learning_rate_factor(self.progress)
        )

    def settings(self):
        """What a step is told, as tensors."""
        progress = self.progress
        read_at = progress.read_at
        told = {
            "active": np.arange(self.encoder.num_bits) < progress.active_bits,
            "image_weight": (
                progress.consistency * self.balance.weight(progress)
            ),
            # Perturbations grow once there is something to be lost.
            "reach": self.immunisation.reach(
                progress.images - read_at if read_at >= 0 else 0
            ),
        }
        return {"seed": randomness.step_seed(self.seed, progress.images)} | {
            name: ops.convert_to_tensor(np.float32(value))
            for name, value in told.items()
        }

    def advance(self, values):
        """Moves on by one batch.

        Args:
            values: What the step returned, as floats.
        """
        # What perturbations leave is a gain on top.
        accuracy = values.get("bit_accuracy_clean", values["bit_accuracy"])
        bits_before = self.progress.active_bits
        self.progress = self.curriculum.advance(
            self.progress, accuracy, self.schedule.batch_size
        )
        # The accuracy is that of the bits that were in use.
        if bits_before == self.encoder.num_bits:
            self.progress = self.balance.advance(self.progress, accuracy)

    # === One step on one replica ===

    def train_step(self, images, settings, plan=None):
        """Moves encoder and decoder, together on one objective.

        Args:
            images: `(batch, height, width, 3)` in [-1, 1], one replica's
                share.
            settings: Dict of tensors: `seed`, the step's; `active`,
                `(num_bits,)`, 1 for bits in use; `image_weight`; `reach`, of
                perturbations.
            plan: None, as all steps are alike.

        Returns:
            Dict from the name of each loss to its mean over the batch.
        """
        images = (images + 1) / 2
        seed = random_inputs.replica_seed(settings["seed"], "generator")
        fingerprints = random_inputs.fingerprints(
            seed, ops.shape(images)[0], settings["active"]
        )

        def compute():
            encoded = self.encoder([images, fingerprints], training=True)
            values = {"image": losses.consistency_loss(images, encoded)}
            return values | self._decode(
                images, encoded, fingerprints, settings
            )

        values = gradients.descend(
            [
                (self.encoder_optimizer, self.encoder),
                (self.decoder_optimizer, self.decoder),
            ],
            compute,
            {
                "image": settings["image_weight"],
                "fingerprint": self.fingerprint_weight,
            },
        )
        return values | {"image_weight": settings["image_weight"]}

    def _decode(self, images, encoded, fingerprints, settings):
        """What the decoder makes of the pictures: losses, and accuracy."""
        found, hidden = self._exchange(images, encoded, fingerprints)
        found = self.immunisation.perturb(
            2 * found - 1, settings["seed"], settings["reach"]
        )
        logits = self.decoder((found + 1) / 2, training=True)
        bits = (hidden, logits, settings["active"])
        accuracy = losses.bit_accuracy(*bits)
        values = {
            "fingerprint": losses.fingerprint_loss(*bits),
            "bit_accuracy": accuracy,
        }
        if self.immunisation.names:
            values |= self.immunisation.apart("bit_accuracy", accuracy)
        return values

    def _exchange(self, images, encoded, fingerprints):
        """Puts some differences on the next photograph, with their bits."""
        if not self.exchanged_share:
            return encoded, fingerprints
        # Evenly spread: the first ones are those that are not perturbed.
        place = ops.cast(ops.arange(ops.shape(images)[0]), "float32")
        share = self.exchanged_share
        kept = ops.floor((place + 1) * share) == ops.floor(place * share)
        moved = images + ops.roll(encoded - images, 1, axis=0)
        return (
            ops.where(
                ops.reshape(kept, (-1, 1, 1, 1)),
                encoded,
                ops.clip(moved, 0, 1),
            ),
            ops.where(
                ops.reshape(kept, (-1, 1)),
                fingerprints,
                ops.roll(fingerprints, 1, axis=0),
            ),
        )

    # === What is kept of it ===

    def finished(self):
        """The networks that the training is for, by the name of their file."""
        return {"encoder": self.encoder, "decoder": self.decoder}

    def measure(self) -> quality.Quality:
        """Figures on the photographs held out; see `quality.measure`."""
        return quality.measure(self.encoder, self.decoder, self.held_out)

    def draw(self, folder):
        """Draws what fingerprints do to photographs; see `grids.draw`.

        Args:
            folder: Where the PNG files go.
        """
        progress = self.progress
        grids.draw(
            self.encoder,
            self.held_out,
            folder,
            f"{progress.images:09d}",
            active_bits=progress.active_bits,
        )
