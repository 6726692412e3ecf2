"""A recipient trains a copy on, with photographs but without the decoder."""

import itertools
from collections.abc import Iterator
from collections.abc import Sequence

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from tf_fingerprint import data
from tf_fingerprint import models
from tf_fingerprint.training import gradients
from tf_fingerprint.training import losses
from tf_fingerprint.training import penalties

# Steps between two penalties of the discriminator, as in training.
R1_INTERVAL = 16


class FineTuning:
    """Plays the sealed copy against a discriminator of the attacker's own.

    The same game as in training, with neither fingerprint nor decoder: the
    non-saturating loss, and R1. First the discriminator alone catches up, as a
    copy that plays against a beginner only gets worse.

    `instance`: from `models.seal`; its weights are changed. `photographs`:
    `(photographs, resolution, resolution, channels)`, `uint8`. `learning_rate`:
    Adam's, of both. Weights of a copy are about a twentieth of those that are
    trained, whose scale stands apart: 0.0001 moves them as the customary 0.002
    moves those.
    """

    def __init__(
        self,
        instance: keras.Model,
        photographs: npt.NDArray[np.uint8],
        *,
        channel_base: int = 512,
        max_channels: int = 128,
        learning_rate: float = 1e-4,
        r1: float = 0.5,
        batch_size: int = 16,
        seed: int = 0,
    ):
        self.instance = instance
        self.batch_size = batch_size
        keras.utils.set_random_seed(seed)
        _, resolution, _, channels = photographs.shape
        self.discriminator = models.Discriminator(
            resolution, channels, channel_base, max_channels
        )
        self._batches = iter(
            data.batches(
                photographs, batch_size=batch_size, seed=seed, mirror=True
            )
        )
        self._steps, self._seed, self._r1 = itertools.count(), seed, r1
        self._optimizers = []
        for network, rate in (
            (instance, learning_rate),
            # Its weights are of the other kind.
            (self.discriminator, 20 * learning_rate),
        ):
            optimizer = keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99)
            optimizer.build(network.trainable_variables)
            self._optimizers.append(optimizer)
        self._move_copy = tf.function(self._copy_step)
        self._move_discriminator = tf.function(self._discriminator_step)
        self._penalize = tf.function(self._penalty_step)

    def run(
        self, checkpoints: Sequence[int], *, alone: int = 0
    ) -> Iterator[int]:
        """Trains, and stops to be looked at.

        `checkpoints`: photographs seen at which to stop, ascending; `alone`:
        photographs that the discriminator sees alone before. Returns an
        iterator over photographs seen so far, rounded up to whole batches; 0
        stands for the copy as it was issued.
        """
        for _ in range(0, alone, self.batch_size):
            self._step(move_copy=False)
        seen = 0
        for checkpoint in checkpoints:
            while seen < checkpoint:
                self._step(move_copy=True)
                seen += self.batch_size
            yield seen

    def _step(self, move_copy):
        step = next(self._steps)
        photographs = next(self._batches)
        seed = tf.constant([self._seed, step], "int64")
        if move_copy:
            self._move_copy(seed)
        self._move_discriminator(photographs, seed)
        if self._r1 and step % R1_INTERVAL == 0:
            self._penalize(photographs)

    def _fakes(self, seed, purpose):
        seeds = tf.random.experimental.stateless_split(
            tf.random.experimental.stateless_fold_in(seed, purpose),
            len(self.instance.inputs),
        )
        inputs = [
            tf.random.stateless_normal((self.batch_size, each.shape[-1]), one)
            for each, one in zip(
                self.instance.inputs, tf.unstack(seeds), strict=True
            )
        ]
        return self.instance(inputs if len(inputs) > 1 else inputs[0])

    def _copy_step(self, seed):
        def compute():
            logits = self.discriminator(self._fakes(seed, 0), training=True)
            return {"fake": losses.non_saturating_generator_loss(logits)}

        learners = [(self._optimizers[0], self.instance)]
        gradients.descend(learners, compute, {"fake": 1.0})

    def _discriminator_step(self, photographs, seed):
        fakes = self._fakes(seed, 1)

        def compute():
            return {
                "told": losses.logistic_discriminator_loss(
                    self.discriminator(photographs, training=True),
                    self.discriminator(fakes, training=True),
                )
            }

        learners = [(self._optimizers[1], self.discriminator)]
        gradients.descend(learners, compute, {"told": 1.0})

    def _penalty_step(self, photographs):
        def compute():
            return {"r1": penalties.r1(self.discriminator, photographs)}

        learners = [(self._optimizers[1], self.discriminator)]
        gradients.descend(learners, compute, {"r1": self._r1 * R1_INTERVAL / 2})
