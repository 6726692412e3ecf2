import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint import errors
from tf_fingerprint.training import trainer
from tf_fingerprint.training.curriculum import Progress

BATCH = 2


class Mean(trainer.SteppedModel):
    """Returns the mean of its batch; every other step under another name."""

    def __init__(self, run_eagerly=False):
        super().__init__()
        self.traced = []
        self.compile(optimizer=None, run_eagerly=run_eagerly)

    def plan(self):
        return "even" if self.progress.images % 4 == 0 else "odd"

    def settings(self):
        return {"offset": tf.constant(float(self.progress.images))}

    def train_step(self, images, settings, plan):
        self.traced.append(plan)
        mean = tf.reduce_mean(images)
        return {"mean": mean, plan: mean + settings["offset"]}

    def advance(self, values):
        images = self.progress.images + BATCH
        self.progress = dataclasses.replace(self.progress, images=images)


class Logs(keras.callbacks.Callback):
    """Keeps what `fit` reports after every batch and epoch."""

    def __init__(self):
        super().__init__()
        self.batches, self.epochs = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.batches.append(dict(logs))

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(dict(logs))


def fit(model, numbers, epochs=1):
    """Trains on batches that hold one number each."""
    batches = np.repeat(np.float32(numbers), BATCH)
    dataset = tf.data.Dataset.from_tensor_slices(batches).batch(BATCH)
    logs = Logs()
    model.fit(
        dataset,
        epochs=epochs,
        steps_per_epoch=len(numbers) // epochs,
        shuffle=False,
        verbose=0,
        callbacks=[logs],
    )
    return logs


def test_logs_are_means_since_the_epoch_began():
    logs = fit(Mean(), [1.0, 3.0, 10.0, 20.0], epochs=2)

    assert [epoch["mean"] for epoch in logs.epochs] == [2, 15]
    assert [batch["mean"] for batch in logs.batches] == [1, 2, 10, 15]


def test_logs_say_how_far_the_training_is():
    logs = fit(Mean(), [1.0, 3.0, 10.0, 20.0], epochs=2)

    assert [batch["images"] for batch in logs.batches] == [2, 4, 6, 8]
    assert logs.epochs[-1]["active_bits"] == 0


def test_a_mean_is_over_the_steps_that_had_the_value():
    logs = fit(Mean(), [1.0, 3.0, 10.0, 20.0])

    assert logs.epochs[0]["even"] == (1 + 0 + 10 + 4) / 2
    assert logs.epochs[0]["odd"] == (3 + 2 + 20 + 6) / 2


def test_every_plan_is_compiled_once():
    model = Mean()

    fit(model, np.arange(8))

    assert model.traced == ["even", "odd"]


def test_an_eager_training_compiles_nothing():
    model = Mean(run_eagerly=True)

    logs = fit(model, [1.0, 3.0, 10.0, 20.0])

    assert model.traced == ["even", "odd"] * 2
    assert logs.epochs[0]["mean"] == 8.5


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_no_number_stops_the_training(broken):
    model = Mean()

    with pytest.raises(errors.TrainingError) as raised:
        fit(model, [1.0, 2.0, broken, 3.0])

    assert f"`mean` became {broken} after 4 images" in str(raised.value)
    assert model.progress.images == 4


def test_values_are_means_over_replicas(two_replicas):
    with two_replicas.scope():
        model = Mean()

    history = model.fit(
        tf.data.Dataset.from_tensors(tf.constant([1.0, 5.0])),
        shuffle=False,
        verbose=0,
    ).history

    assert history["mean"] == [3]


def test_progress_is_saved_with_the_weights(tmp_path):
    progress = Progress(
        images=123_456_789, active_bits=64, accuracy=0.875, consistency=1.5
    )
    model, other = Mean(), Mean()
    model.progress = progress
    model.save_weights(tmp_path / "model.weights.h5")

    other.load_weights(tmp_path / "model.weights.h5")

    assert other.progress == progress
    assert [type(value) for value in dataclasses.astuple(other.progress)] == [
        field.type for field in dataclasses.fields(Progress)
    ]


def test_learning_rates_are_factors_of_what_they_were():
    optimizers = [keras.optimizers.SGD(rate) for rate in (0.1, 0.2)]
    model = Mean()
    model.remember_learning_rates(*optimizers)

    for factor in (1.0, 0.5, 0.5, 0.1):
        model.scale_learning_rates(factor)

        for optimizer, rate in zip(optimizers, (0.1, 0.2), strict=True):
            np.testing.assert_allclose(optimizer.learning_rate, factor * rate)
