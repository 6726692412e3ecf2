"""Tests that run under JAX, in a process of their own: see `test_jax.py`.

    KERAS_BACKEND=jax JAX_TEST_FOLDER=... pytest --noconftest on_jax.py

Some take up files in that folder, and leave others to be compared.
"""

import json
import os
import pathlib
import sys

import keras
import numpy as np
import pytest
from keras import ops

from tests import tiny
from tests.backends import draws
from tests.backends import five_steps
from tf_fingerprint import autodiff
from tf_fingerprint import drawing
from tf_fingerprint import errors
from tf_fingerprint import randomness
from tf_fingerprint import replicas
from tf_fingerprint import runs
from tf_fingerprint import training
from tf_fingerprint.curriculum import Progress

FOLDER = pathlib.Path(os.environ.get("JAX_TEST_FOLDER", "."))

TRAINING = (
    *five_steps.ANCHORED,
    "training.images=32",
    "training.steps_per_epoch=4",
    "training.grid_epochs=2",
)


def devices(count):
    import jax

    return replicas.Devices(jax.devices()[:count])


def repeat(batch):
    while True:
        yield batch


def photographs(batch_size=tiny.BATCH):
    random = np.random.default_rng(0)
    return random.uniform(-1, 1, (batch_size, 16, 16, 1)).astype("float32")


def fit(gan, steps, images=None, **options):
    images = photographs() if images is None else images
    return gan.fit(repeat(images), steps_per_epoch=steps, verbose=0, **options)


def assert_same_weights(one, two, **tolerance):
    for actual, expected in zip(one.weights, two.weights, strict=True):
        if actual is not one.saved_progress:
            np.testing.assert_allclose(
                actual.value, expected.value, **tolerance
            )


# === Gradients ===


def test_gradients_are_nested_like_variables_and_zero_where_none_is():
    first, second, third = (keras.Variable([1.0, 2.0]) for _ in range(3))

    def compute():
        return ops.sum(first**2) + ops.sum(3 * third), {"seen": first + 1}

    (scalar, others), ((one, two), (three,)) = autodiff.value_and_gradients(
        compute, [[first, second], [third]]
    )

    assert float(scalar) == 5 + 9
    np.testing.assert_array_equal(others["seen"], [2, 3])
    np.testing.assert_array_equal(one, [2, 4])
    np.testing.assert_array_equal(two, [0, 0])
    np.testing.assert_array_equal(three, [3, 3])


def test_gradients_of_gradients_are_second_derivatives():
    points = keras.Variable([1.0, 2.0])

    def compute():
        slopes = autodiff.input_gradients(lambda x: x**3, points.value)
        return ops.sum(slopes), None

    _, gradients = autodiff.value_and_gradients(compute, [points])

    np.testing.assert_allclose(gradients[0], [6, 12], rtol=1e-6)


def test_what_is_assigned_stays_assigned_and_is_seen():
    factor, count = keras.Variable(2.0), keras.Variable(10.0)

    def compute():
        count.assign(count + 1)
        return factor * count, None

    with autodiff.holding([factor, count], [3.0, 20.0]) as scope:
        (scalar, _), (slope,) = autodiff.value_and_gradients(compute, [factor])
        assert float(scope.get_current_value(count)) == 21
        # A scope inside sees what the one around it holds by then.
        _, (second,) = autodiff.value_and_gradients(compute, [factor])

    assert [float(x) for x in (scalar, slope, second)] == [63, 21, 22]
    assert float(count) == 10  # Outside, nothing changed.


def test_an_assignment_that_would_be_lost_is_refused():
    factor, count = keras.Variable(2.0), keras.Variable(10.0)

    def compute():
        count.assign(count + 1)
        return factor * count, None

    with pytest.raises(ValueError, match="It assigned to 1 others"):
        autodiff.value_and_gradients(compute, [factor])


# === Draws ===


def drawn(seed, purpose):
    arrays = drawing.inputs(
        drawing.replica_seed(seed, purpose),
        64,
        ops.ones(8),
        latent_dim=6,
        noise=5,
    )
    return np.concatenate([np.array(array) for array in arrays], axis=1)


def test_every_row_purpose_and_step_is_drawn_anew_and_again():
    seeds = [randomness.step_seed(*each) for each in ((1, 8), (1, 16), (2, 8))]
    draws = [drawn(seed, each) for seed in seeds for each in drawing.PURPOSES]
    latents = np.concatenate(draws)[:, :6]

    assert len(np.unique(latents, axis=0)) == len(latents) == 12 * 64
    assert set(np.unique(np.concatenate(draws)[:, 6:14])) == {0, 1}
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.15)
    np.testing.assert_allclose(np.cov(latents.T), np.eye(6), atol=0.2)
    np.testing.assert_array_equal(draws[0], drawn(seeds[0], "generator"))


# === Steps ===


@pytest.mark.parametrize("name", five_steps.EXPERIMENTS)
def test_five_steps_from_weights_of_tensorflow(name, monkeypatch):
    draws.install(monkeypatch)
    model = five_steps.build(name)
    model.load_weights(FOLDER / f"{name}_start.weights.h5")

    history = five_steps.fit(model, iter(five_steps.pixels(name)))

    model.save_weights(FOLDER / f"{name}_jax.weights.h5")
    (FOLDER / f"{name}_jax.json").write_text(json.dumps(history))


def test_a_saved_training_goes_on_as_if_it_had_not_stopped(tmp_path):
    def build():
        return tiny.build_gan(
            optimizer=keras.optimizers.Adam, run_eagerly=False, decay_images=999
        )

    whole, first, second = build(), build(), build()
    fit(whole, 4)
    fit(first, 2)
    first.save_weights(tmp_path / "first.weights.h5")

    second.load_weights(tmp_path / "first.weights.h5")
    fit(second, 2)

    assert second.progress == whole.progress
    assert_same_weights(second, whole, rtol=1e-6)


def test_counts_of_images_are_saved_exactly():
    model = tiny.build_gan()
    model.progress = Progress(images=123_456_789, active_bits=8)

    model.save_weights(FOLDER / "count.weights.h5")
    other = tiny.build_gan()
    other.load_weights(FOLDER / "count.weights.h5")

    assert other.progress == model.progress


def test_callbacks_see_the_weights_and_a_broken_loss_leaves_them():
    class Seen(keras.callbacks.Callback):
        kernels = []

        def on_epoch_end(self, epoch, logs=None):
            kernels = self.model.generator.get_weights()[0]
            self.kernels.append(kernels.sum())

    gan = tiny.build_gan(run_eagerly=False)
    fit(gan, 1, epochs=3, callbacks=[Seen()])
    assert len(set(Seen.kernels)) == 3

    with pytest.raises(errors.TrainingError, match="became nan after 12"):
        fit(gan, 1, images=np.full_like(photographs(), np.nan))
    assert gan.generator.get_weights()


# === Devices ===


class Varied(tiny.SmallReader):
    """A discriminator that compares the pictures of a batch."""

    def __init__(self):
        super().__init__(1)
        from tf_fingerprint import layers

        self.variety = layers.MinibatchStandardDeviation()

    def call(self, images, training=None):
        varied = self.variety(images)[..., -1:]
        return super().call(images * (1 + varied))


def trained_on(strategy, monkeypatch):
    """A training's weights and losses; batches of 16, groups of 4."""
    monkeypatch.setattr(tiny, "SmallReader", lambda outputs: Varied())
    with strategy.scope():
        gan = tiny.build_gan(batch_size=16, run_eagerly=False)
    history = fit(gan, 1, photographs(16), epochs=3).history
    return gan, history


def test_two_and_four_devices_take_the_steps_of_one(monkeypatch):
    one, losses = trained_on(devices(1), monkeypatch)

    for count in (2, 4):
        several, others = trained_on(devices(count), monkeypatch)

        assert_same_weights(several, one, rtol=1e-4, atol=1e-5)
        for name, values in losses.items():
            np.testing.assert_allclose(others[name], values, rtol=1e-4)
    start = tiny.build_gan()
    with pytest.raises(AssertionError):
        assert_same_weights(start, one, rtol=1e-4, atol=1e-3)


def test_each_device_has_its_rows():
    placed = devices(4).place(np.arange(8))

    rows = [np.array(part.data).tolist() for part in placed.addressable_shards]
    assert sorted(rows) == [[0, 1], [2, 3], [4, 5], [6, 7]]
    with pytest.raises(errors.TrainingError, match="Received 6 for 4"):
        devices(4).place(np.arange(6))


def test_each_device_makes_its_share_of_the_pictures():
    import jax

    strategy = devices(4)

    def draw():
        inputs = drawing.inputs(
            randomness.step_seed(1, 2), 8, ops.ones(4), latent_dim=3, noise=2
        )
        return inputs[0]

    with strategy.scope():
        latents = jax.jit(draw)()

    assert latents.sharding.is_equivalent_to(strategy.rows, 2)


# === Whole trainings ===


def test_a_training_needs_no_tensorflow():
    run_dir = FOLDER / "run"

    training.train(five_steps.read(*TRAINING), run_dir, verbose=0)

    assert "tensorflow" not in sys.modules
    assert {path.name for path in run_dir.iterdir()} == {
        *("checkpoints", "config.toml", "data.json", "grids", "metrics.csv"),
        *("decoder.keras", "generator.keras", "tensorboard"),
    }


def test_a_trained_run_is_used_under_jax():
    run = runs.load(FOLDER / "run")
    run.issue("acme", FOLDER / "registry.db")
    pictures = run.generate(4, seed=0)

    verdicts = run.attribute(
        pictures, FOLDER / "registry.db", max_false_positive_rate=0.5
    )

    (FOLDER / "verdicts.json").write_text(
        json.dumps([verdict.to_dict() for verdict in verdicts])
    )
    np.savez(
        FOLDER / "pictures.npz", pictures=pictures, logits=run.decode(pictures)
    )
    with pytest.raises(errors.RunError, match="KERAS_BACKEND=tensorflow"):
        run.issue("globex", FOLDER / "registry.db", to=FOLDER / "bundle")
    assert "tensorflow" not in sys.modules
