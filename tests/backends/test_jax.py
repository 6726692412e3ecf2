"""What JAX computes, against what TensorFlow does."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

import tf_fingerprint
from tf_fingerprint import data
from tf_fingerprint import methods

from .. import tiny
from . import draws
from . import five_steps

pytestmark = pytest.mark.slow

pytest.importorskip("jax", reason="`pip install '.[jax]'` brings it")

JAX = {
    "KERAS_BACKEND": "jax",
    # Four devices; programs that are compiled soon, not ones that run fast.
    "XLA_FLAGS": "--xla_force_host_platform_device_count=4 "
    "--xla_backend_optimization_level=0 "
    "--xla_llvm_disable_expensive_passes=true",
}


@pytest.fixture(scope="module")
def on_tensorflow():
    """Trains with both experiments; by name, the model and its losses."""
    return {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, on_tensorflow):
    """What the tests under JAX leave; fails with their output if they do."""
    folder = tmp_path_factory.mktemp("jax")
    models = {}
    for name in five_steps.EXPERIMENTS:
        models[name] = five_steps.build(name)
        models[name].save_weights(folder / f"{name}_start.weights.h5")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "pytest", "--noconftest", "-q"),
            *("-p", "no:cacheprovider", "--durations=5", "-rA"),
            *("tests/backends/on_jax.py", "tests/backends/on_jax_training.py"),
        ],
        cwd=five_steps.ROOT,
        env={**os.environ, **JAX, "JAX_TEST_FOLDER": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for name, model in models.items():
        on_tensorflow[name] = model, five_steps_of(name, model)
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return folder


def five_steps_of(name, model):
    """Losses of five steps with TensorFlow, from the draws of both."""
    batches = [data.to_unit(batch) for batch in five_steps.pixels(name)]
    with pytest.MonkeyPatch.context() as patch:
        draws.install(patch)
        dataset = tf.data.Dataset.from_tensor_slices(np.stack(batches))
        return five_steps.fit(model, dataset)


@pytest.mark.parametrize("name", five_steps.EXPERIMENTS)
def test_five_steps_have_the_losses_of_tensorflow(folder, on_tensorflow, name):
    losses = json.loads((folder / f"{name}_jax.json").read_text())
    _, expected = on_tensorflow[name]

    assert set(losses) == set(expected)
    assert len(losses["images"]) == five_steps.STEPS
    for term, values in expected.items():
        np.testing.assert_allclose(
            losses[term], values, rtol=1e-4, atol=1e-4, err_msg=term
        )


@pytest.mark.parametrize("name", five_steps.EXPERIMENTS)
def test_five_steps_lead_to_the_weights_of_tensorflow(
    folder, on_tensorflow, name
):
    trained = five_steps.build(name)
    trained.load_weights(folder / f"{name}_start.weights.h5")
    before = five_steps.weights(trained)

    trained.load_weights(folder / f"{name}_jax.weights.h5")

    model, _ = on_tensorflow[name]
    expected = five_steps.weights(model)
    for place, values in five_steps.weights(trained).items():
        np.testing.assert_allclose(
            values, expected[place], atol=1e-4, rtol=1e-4, err_msg=place
        )
    assert trained.progress == model.progress
    moves = [np.abs(before[name] - expected[name]).max() for name in before]
    assert sum(move > 1e-3 for move in moves) > 10


def test_counts_of_images_arrive_exactly(folder):
    model = tiny.build_gan()

    model.load_weights(folder / "count.weights.h5")

    assert model.progress.images == 123_456_789


def test_a_run_of_jax_is_read_alike(folder):
    run = methods.load(folder / "run")
    with np.load(folder / "pictures.npz") as kept:
        pictures, logits = kept["pictures"], kept["logits"]

    again = run.generate(4, seed=0)

    # A pixel between two levels may be rounded to either.
    assert np.abs(again.astype(int) - pictures).max() <= 1
    np.testing.assert_allclose(run.decode(pictures), logits, atol=1e-4)


def test_a_run_of_jax_issues_and_attributes(folder):
    run = methods.load(folder / "run")
    with np.load(folder / "pictures.npz") as kept:
        pictures = kept["pictures"]

    verdicts = run.attribute(
        pictures, folder / "registry.db", max_false_positive_rate=0.5
    )

    expected = json.loads((folder / "verdicts.json").read_text())
    assert [verdict.to_dict() for verdict in verdicts] == expected
    issued = run.issue("globex", folder / "registry.db", untraceable=True)
    assert issued.record.state == "issued"


def test_a_run_of_jax_is_exported(folder, tmp_path):
    import export

    run = methods.load(folder / "run")
    made = export.decoder(run)
    tf.saved_model.save(made.module, tmp_path, dict(made.signatures))
    with np.load(folder / "pictures.npz") as kept:
        pictures, logits = kept["pictures"], kept["logits"]

    model = tf.saved_model.load(tmp_path)
    read = model.signatures["images"](images=tf.constant(pictures))

    np.testing.assert_allclose(read["logits"], logits, atol=1e-3)


def test_without_jax_or_tensorflow_the_backend_is_named():
    code = "from tf_fingerprint import backends; backends.is_jax()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=pathlib.Path(tf_fingerprint.__file__).parents[1],
        env={**os.environ, "KERAS_BACKEND": "numpy"},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )

    assert "`tensorflow` or `jax` to train. Received `numpy`" in done.stderr
