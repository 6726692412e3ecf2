"""Trainings under JAX, in a process of their own: see `test_jax.py`.

    KERAS_BACKEND=jax JAX_TEST_FOLDER=... pytest --noconftest on_jax_training.py

They take up files in that folder, and leave others to be compared.
"""

import json
import os
import pathlib
import sys

import keras
import numpy as np
import pytest

from tests import tiny
from tests import tiny_passive
from tests.backends import draws
from tests.backends import five_steps
from tf_fingerprint import config as configs
from tf_fingerprint import errors
from tf_fingerprint import layers
from tf_fingerprint import methods
from tf_fingerprint.backends import replicas
from tf_fingerprint.passive import run as passive_runs
from tf_fingerprint.passive.visualization import run as visualization_run
from tf_fingerprint.training.curriculum import Progress

FOLDER = pathlib.Path(os.environ.get("JAX_TEST_FOLDER", "."))

TRAINING = (
    *five_steps.ANCHORED,
    "training.images=16",
    "training.steps_per_epoch=2",
    "training.grid_epochs=2",
)


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

    one, other = build(), build()
    fit(one, 2)
    one.save_weights(tmp_path / "first.weights.h5")
    fit(one, 2)

    other.load_weights(tmp_path / "first.weights.h5")
    fit(other, 2)

    assert other.progress == one.progress
    assert_same_weights(other, one, rtol=1e-6)


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
        self.variety = layers.MinibatchStandardDeviation()

    def call(self, images, training=None):
        varied = self.variety(images)[..., -1:]
        return super().call(images * (1 + varied))


def trained_on(count, monkeypatch):
    """A training on so many devices; batches of 16, groups of 4."""
    import jax

    monkeypatch.setattr(tiny, "SmallReader", lambda outputs: Varied())
    strategy = replicas.Devices(jax.devices()[:count])
    with strategy.scope():
        gan = tiny.build_gan(batch_size=16, run_eagerly=False)
    history = fit(gan, 1, photographs(16), epochs=3).history
    return gan, history


def test_two_and_four_devices_take_the_steps_of_one(monkeypatch):
    one, losses = trained_on(1, monkeypatch)

    for count in (2, 4):
        several, others = trained_on(count, monkeypatch)

        assert_same_weights(several, one, rtol=1e-4, atol=1e-5)
        for name, values in losses.items():
            np.testing.assert_allclose(others[name], values, rtol=1e-4)
    start = tiny.build_gan()
    with pytest.raises(AssertionError):
        assert_same_weights(start, one, rtol=1e-4, atol=1e-3)


# === Whole trainings ===


def test_a_training_needs_no_tensorflow():
    run_dir = FOLDER / "run"

    methods.train(five_steps.read(*TRAINING), run_dir, verbose=0)

    assert "tensorflow" not in sys.modules
    assert {path.name for path in run_dir.iterdir()} == {
        *("checkpoints", "config.toml", "data.json", "grids", "metrics.csv"),
        *("decoder.keras", "generator.keras", "metrics.png", "tensorboard"),
    }


def test_a_trained_run_is_used_under_jax():
    run = methods.load(FOLDER / "run")
    run.issue("acme", FOLDER / "registry.db", untraceable=True)
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
        run.issue(
            "globex",
            FOLDER / "registry.db",
            to=FOLDER / "bundle",
            untraceable=True,
        )
    assert "tensorflow" not in sys.modules


def test_a_passive_classifier_needs_no_tensorflow_either(tmp_path):
    sources = tiny_passive.write_sources(tmp_path / "sources")
    config = tiny_passive.of_sources(
        tiny_passive.tiny_config("attack.name=noise"), sources
    )
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"

    methods.train(config, whole, verbose=0)
    for resume, minutes in ((False, 0), (True, 60)):
        methods.train(
            config, stopped, resume=resume, minutes=minutes, verbose=0
        )

    run, other = passive_runs.load(whole), passive_runs.load(stopped)
    for ours, theirs in zip(
        run.classifier.weights, other.classifier.weights, strict=True
    ):
        np.testing.assert_array_equal(ours.value, theirs.value)
    images = tiny_passive.pictures("dark", 8)
    assert run.judge(images) == other.judge(images)
    assert "tensorflow" not in sys.modules


def test_a_visualization_network_needs_no_tensorflow_either(tmp_path):
    sources = tiny_passive.write_sources(tmp_path / "sources")
    config = configs.read(
        None,
        [
            f"data.resolution={tiny_passive.SIDE}",
            *("data.calibration_share=0.3", "network.channel_base=64"),
            *("network.max_channels=8", "training.images=16"),
            *("training.batch_size=8", "training.steps_per_epoch=2"),
        ],
        kind=configs.VisualizationConfig,
    )

    config = tiny_passive.of_sources(config, sources)
    methods.train(config, tmp_path / "run", verbose=0)

    run = visualization_run.load(tmp_path / "run")
    seen = run.look(tiny_passive.pictures("dark", 2))
    assert run.labels == ("bright", "dark", "striped")
    assert np.isfinite(seen.logits).all()
    assert "tensorflow" not in sys.modules
