"""A Keras model whose steps are planned on the host, one after the other."""

import dataclasses
from typing import Any

import keras
import numpy as np
from keras import ops

from tf_fingerprint import backends
from tf_fingerprint import errors
from tf_fingerprint.backends import jax_steps
from tf_fingerprint.backends import replicas
from tf_fingerprint.training.curriculum import Progress

# Keras numbers a model's own weights in the order in which they were made.
_PROGRESS = "0"


class SteppedModel(keras.Model):
    """Trains by `fit`, with a plan for every step and an account of it.

    A subclass has `plan()`, what the next step consists of; `settings()`, what
    it is told, as tensors; `train_step(images, settings, plan)`, one replica's
    share of it, which returns a dict of scalars (of pairs of images and labels,
    if `fit` is given those); and `advance(values)`, which moves `progress`.
    Steps with the same plan share one compiled function. `finished()` gives the
    networks to save, by the name of their file, `draw(folder)` shows how they
    do, `measure()` how well on what is held out; `chance_advice` and
    `broken_advice` say what to try when bits aren't learned or a loss is no
    longer a number.

    Under JAX the variables are empty while `fit` goes on, until `settle`; Keras
    calls it for callbacks, as `jax_state_sync`.

    Progress is saved with the weights, so that a training goes on where it
    was, and what is drawn should depend on it and on nothing else.

    `progress`: where a training begins, if it keeps more than a `Progress`.
    """

    broken_advice = "with a lower `optimizer.learning_rate`"

    # What of the progress is logged.
    logged_progress: tuple[str, ...] = ("images", "active_bits")

    def __init__(self, progress: Progress | None = None):
        super().__init__()
        self.progress = progress or Progress()
        self._steps = None
        if backends.is_jax():
            self.distribute_strategy = replicas.current()
            self._steps = jax_steps.Steps(self, self.distribute_strategy)
        # float64 holds every count of images exactly; JAX has none, and the
        # files that it writes do all the same.
        self.saved_progress = self.add_weight(
            name="progress",
            shape=(len(dataclasses.fields(self.progress)),),
            initializer="zeros",
            dtype="float32" if self._steps else "float64",
            trainable=False,
        )
        self._sums: dict[str, Any] = {}
        self._learning_rates: list[Any] = []
        # Nothing is left to build: `fit` need not call the model to find out.
        self.built = True

    def remember_learning_rates(self, *optimizers):
        """Takes the optimizers' learning rates as those at factor 1."""
        # None, so that a resumed training sets them anew.
        self._learning_rate_factor = None
        self._learning_rates = [
            (optimizer, float(ops.convert_to_numpy(optimizer.learning_rate)))
            for optimizer in optimizers
        ]

    def optimizers(self):
        """Those whose learning rates were remembered, as a list."""
        return [optimizer for optimizer, _ in self._learning_rates]

    def scale_learning_rates(self, factor: float):
        """Multiplies all learning rates."""
        if factor != self._learning_rate_factor:
            self._learning_rate_factor = factor
            for optimizer, learning_rate in self._learning_rates:
                optimizer.learning_rate.assign(factor * learning_rate)

    def fit(self, batches=None, **options):
        """Trains; see `keras.Model.fit`, or `jax_steps.fit` under JAX."""
        if self._steps:
            return jax_steps.fit(self, batches, **options)
        return super().fit(batches, **options)

    def settle(self):
        """Brings all variables up to date, before they are read or set."""
        if self._steps:
            self._steps.settle()

    def jax_state_sync(self):
        """What Keras calls `settle`."""
        self.settle()

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
            if self._steps:
                return self._account(self._run_on_jax(iterator, plan))
            if plan not in compiled:
                compiled[plan] = self._compile(plan)
            return self._account(compiled[plan](iterator, self.settings()))

        self.train_function = train_function
        return train_function

    def _run_on_jax(self, batches, plan):
        import jax

        values = self._steps.run(batches.take(), self.settings(), plan)
        batches.prepare()  # While the device works.
        return jax.device_get(values)

    def _compile(self, plan):
        import tensorflow as tf

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

        Returns dict of floats.
        """
        values = {name: float(value) for name, value in values.items()}
        for name, value in values.items():
            if not np.isfinite(value):
                raise errors.TrainingError(
                    f"`{name}` became {value} after {self.progress.images} "
                    "images. The last checkpoint is from before: go on from "
                    f"there {self.broken_advice}."
                )
        self.advance(values)
        for name, value in values.items():
            total, count = self._sums.get(name, (0.0, 0))
            self._sums[name] = (total + value, count + 1)
        return {
            **{
                name: getattr(self.progress, name)
                for name in self.logged_progress
            },
            **{name: total / n for name, (total, n) in self._sums.items()},
        }

    def reset_metrics(self):
        """Begins a new epoch's running means."""
        super().reset_metrics()
        self._sums = {}

    def save_own_variables(self, store):
        """Stores the progress along with the weights."""
        self.settle()
        self.saved_progress.assign(dataclasses.astuple(self.progress))
        super().save_own_variables(store)
        if self._steps:
            del store[_PROGRESS]
            store[_PROGRESS] = np.array(dataclasses.astuple(self.progress))

    def load_own_variables(self, store):
        """Takes up the progress that was stored with the weights."""
        self.settle()
        super().load_own_variables(store)
        saved = store[_PROGRESS]
        kind = type(self.progress)
        self.progress = kind(
            *(
                field.type(value)
                for field, value in zip(
                    dataclasses.fields(kind), saved, strict=True
                )
            )
        )
