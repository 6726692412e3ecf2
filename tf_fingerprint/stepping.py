"""A Keras model whose steps are planned on the host, one after the other."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tf_fingerprint import errors
from tf_fingerprint.curriculum import Progress


class SteppedModel(keras.Model):
    """Trains by `fit`, with a plan for every step and an account of it.

    A subclass has `plan()`, what the next step consists of; `settings()`, what
    it is told, as tensors; `train_step(images, settings, plan)`, one replica's
    share of it, which returns a dict of scalars; and `advance(values)`, which
    moves `progress`. Steps with the same plan share one compiled function.

    Progress is saved with the weights, so that a training goes on where it
    was, and what is drawn should depend on it and on nothing else.
    """

    def __init__(self):
        super().__init__()
        self.progress = Progress()
        # float64 holds every count of images exactly.
        self.saved_progress = self.add_weight(
            name="progress",
            shape=(len(dataclasses.fields(Progress)),),
            initializer="zeros",
            dtype="float64",
            trainable=False,
        )
        self._sums = {}
        # Nothing is left to build: `fit` need not call the model to find out.
        self.built = True

    def remember_learning_rates(self, *optimizers):
        """Takes the optimizers' learning rates as those at factor 1.

        Args:
            *optimizers: To be scaled by `scale_learning_rates`.
        """
        # None, so that a resumed training sets them anew.
        self._learning_rate_factor = None
        self._learning_rates = [
            (optimizer, float(ops.convert_to_numpy(optimizer.learning_rate)))
            for optimizer in optimizers
        ]

    def scale_learning_rates(self, factor: float):
        """Multiplies all learning rates.

        Args:
            factor: On what they were when remembered.
        """
        if factor != self._learning_rate_factor:
            self._learning_rate_factor = factor
            for optimizer, learning_rate in self._learning_rates:
                optimizer.learning_rate.assign(factor * learning_rate)

    def make_train_function(self, force=False):
        """Compiles one function for each plan, and chooses among them.

        Branches inside a compiled step could not apply gradients under a
        distribution strategy. Keras's own function also fails to reduce the
        values of several workers.
        """
        if self.train_function is not None and not force:
            return self.train_function
        compiled = {}

        def train_function(iterator):
            plan = self.plan()
            if plan not in compiled:
                compiled[plan] = self._compile(plan)
            return self._account(compiled[plan](iterator, self.settings()))

        self.train_function = train_function
        return train_function

    def _compile(self, plan):
        strategy = self.distribute_strategy

        def run(iterator, settings):
            values = strategy.run(
                self.train_step, args=(next(iterator), settings, plan)
            )
            return {
                name: strategy.reduce("MEAN", value, axis=None)
                for name, value in values.items()
            }

        return run if self.run_eagerly else tf.function(run)

    def _account(self, values):
        """Takes in what a step returned; the running means since the epoch.

        Args:
            values: Dict of scalar tensors.

        Returns:
            Dict of floats.

        Raises:
            errors.TrainingError: If one of them is not finite.
        """
        values = {name: float(value) for name, value in values.items()}
        for name, value in values.items():
            if not np.isfinite(value):
                raise errors.TrainingError(
                    f"`{name}` became {value} after {self.progress.images} "
                    "images. The last checkpoint is from before: go on from "
                    "there with a lower `optimizer.learning_rate`, or with a "
                    "higher `losses.r1` if the discriminator broke first."
                )
        self.advance(values)
        for name, value in values.items():
            total, count = self._sums.get(name, (0.0, 0))
            self._sums[name] = (total + value, count + 1)
        return {
            "images": self.progress.images,
            "active_bits": self.progress.active_bits,
            **{name: total / n for name, (total, n) in self._sums.items()},
        }

    def reset_metrics(self):
        """Begins a new epoch's running means."""
        super().reset_metrics()
        self._sums = {}

    def save_own_variables(self, store):
        """Stores the progress along with the weights."""
        self.saved_progress.assign(dataclasses.astuple(self.progress))
        super().save_own_variables(store)

    def load_own_variables(self, store):
        """Takes up the progress that was stored with the weights."""
        super().load_own_variables(store)
        saved = ops.convert_to_numpy(self.saved_progress)
        self.progress = Progress(
            *(
                field.type(value)
                for field, value in zip(
                    dataclasses.fields(Progress), saved, strict=True
                )
            )
        )
