"""A model's steps under JAX: compiled, with the variables in hand meanwhile.

Between steps the values of all variables stay on the device, and each step
overwrites those of the step before. `Steps.settle` puts them back.
"""

import functools
from typing import Any

import keras
from keras import ops

from tf_fingerprint.backends import autodiff
from tf_fingerprint.backends import replicas


class Steps:
    """Runs steps of one model."""

    def __init__(self, model, devices: replicas.Devices):
        self._model = model
        self._devices = devices
        self._compiled: dict[Any, Any] = {}
        # The values of `_carried`, unless the variables hold them themselves.
        self._values = None
        self._carried = self._told = None

    def run(self, images, settings, plan):
        """Starts a step, without waiting for its end."""
        if self._values is None:
            self._take()
        if plan not in self._compiled:
            self._compiled[plan] = self._compile(plan)
        told = [variable.value for variable in self._told]
        with self._devices.scope():
            self._values, results = self._compiled[plan](
                self._values, told, images, settings
            )
        return results

    def settle(self):
        """Gives the variables their values back."""
        if self._values is None:
            return
        for variable, value in zip(self._carried, self._values, strict=True):
            variable.assign(value.addressable_data(0))
        self._values = None

    def _take(self):
        """Takes the values of all variables that a step may change."""
        import jax

        model = self._model
        optimizers = model.optimizers()
        # The host changes these from step to step.
        self._told = [optimizer.learning_rate for optimizer in optimizers]
        seen = {id(variable) for variable in self._told}
        self._carried = []
        for owner in (model, *optimizers):
            for variable in owner.variables:
                if id(variable) not in seen:
                    seen.add(id(variable))
                    self._carried.append(variable)
        self._values = jax.device_put(
            [variable.value for variable in self._carried], self._devices.whole
        )

    def _compile(self, plan):
        import jax

        step = functools.partial(self._step, plan)
        if self._model.run_eagerly:
            return step
        return jax.jit(
            step, donate_argnums=0, out_shardings=self._devices.whole
        )

    def _step(self, plan, values, told, images, settings):
        """One step as a function that changes nothing."""
        import jax

        with autodiff.holding(
            [*self._carried, *self._told], [*values, *told]
        ) as scope:
            images = jax.tree.map(_to_unit, images)
            results = self._model.train_step(images, settings, plan)
            values = [scope.get_current_value(each) for each in self._carried]
        return values, results


def _to_unit(array):
    """What `data.to_unit` does; 8-bit pixels are a quarter to transfer."""
    if array.dtype != "uint8":
        return array
    return ops.cast(array, "float32") / 127.5 - 1.0


def fit(
    model,
    batches,
    *,
    steps_per_epoch,
    epochs=1,
    initial_epoch=0,
    verbose="auto",
    callbacks=None,
    shuffle=False,
):
    """What `keras.Model.fit` is under TensorFlow, for a stream of batches.

    `batches`: arrays, of floats in [-1, 1] or `uint8`; or pairs of such and
    labels. `epochs`: index of the epoch to end before; `shuffle`: must be off:
    the batches have their order.
    """
    if shuffle:
        raise ValueError("`shuffle` must be off. Received True.")
    calls = keras.callbacks.CallbackList(
        callbacks,
        add_history=True,
        add_progbar=verbose != 0,
        verbose=verbose,
        epochs=epochs,
        steps=steps_per_epoch,
        model=model,
    )
    run = model.make_train_function()
    batches = _Ahead(batches, model.distribute_strategy)
    model.stop_training = False
    logs = {}
    calls.on_train_begin()
    try:
        for epoch in range(initial_epoch, epochs):
            model.reset_metrics()
            calls.on_epoch_begin(epoch)
            for step in range(steps_per_epoch):
                calls.on_train_batch_begin(step)
                logs = run(batches)
                calls.on_train_batch_end(step, logs)
            model.settle()
            calls.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
    finally:
        model.settle()
    calls.on_train_end(logs)
    return model.history


class _Ahead:
    """Places a batch while the device works on the one before."""

    def __init__(self, batches, devices):
        self._batches = iter(batches)
        self._devices = devices
        self._next = None

    def take(self):
        """The next batch, placed."""
        if self._next is None:
            self.prepare()
        if self._next is None:
            raise ValueError(
                "`batches` must last for all epochs. They ended before."
            )
        batch, self._next = self._next, None
        return batch

    def prepare(self):
        """Places the batch after, if there is one."""
        import jax

        batch = next(self._batches, None)
        if batch is not None:
            self._next = jax.tree.map(self._devices.place, batch)
