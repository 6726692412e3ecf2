"""Whole trainings of codecs: what they leave, and after a kill."""

import os
import signal
import time

import numpy as np
import pytest

import tf_fingerprint
from tf_fingerprint import config
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint.artificial import training

from .. import tiny_codec
from ..tiny_training import rows
from ..tiny_training import start_process
from ..tiny_training import trained as trained
from ..training.test_callbacks import scalars

COLUMNS = {
    "epoch",
    "images",
    "active_bits",
    "image",
    "image_weight",
    "fingerprint",
    "bit_accuracy",
    "bit_accuracy_png",
    "psnr",
}

pytestmark = pytest.mark.slow


def tiny_config(*overrides):
    return tiny_codec.tiny_config(
        "curriculum.initial_bits=8",
        "curriculum.advance_accuracy=0.51",
        "losses.read_accuracy=0.51",
        "training.quality_epochs=2",
        *overrides,
    )


@pytest.fixture(scope="module")
def whole_run(trained, tmp_path_factory):
    """A run that nothing interrupted, and all its weights."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    return folder, trained(tiny_config(), folder)


def test_a_training_fills_its_run_directory(whole_run):
    folder, _ = whole_run

    assert sorted(path.name for path in folder.iterdir()) == [
        "checkpoints",
        "config.toml",
        "data.json",
        "decoder.keras",
        "encoder.keras",
        "grids",
        "metrics.csv",
        "metrics.png",
        "tensorboard",
    ]
    assert config.read(folder / "config.toml") == tiny_config()
    assert sorted(path.name for path in (folder / "grids").iterdir()) == [
        f"000000128_{kind}.png"
        for kind in ("clean", "difference", "fingerprinted")
    ]


def test_metrics_hold_every_figure(whole_run):
    table = rows(whole_run[0])

    assert set(table[0]) == COLUMNS
    assert [row["epoch"] for row in table] == ["1", "2", "3", "4"]
    # What was held out is measured after every other epoch.
    assert [row["psnr"] == "" for row in table] == [True, False, True, False]
    assert all(
        np.isfinite(float(x)) for row in table for x in row.values() if x
    )
    assert {name for name, _, _ in scalars(whole_run[0] / "tensorboard")} == (
        COLUMNS - {"epoch"}
    )


def test_figures_are_of_photographs_that_were_not_trained_on(whole_run):
    settings = tiny_config()
    inputs = training.read(settings)
    learned, held_out = inputs.images, inputs.held_out
    run = tf_fingerprint.load(whole_run[0])

    quality = tf_fingerprint.artificial.measure(
        run.encoder, run.decoder, held_out
    )

    assert len(held_out) == 3  # Of 64, a twentieth.
    assert len(learned) == 61
    last = rows(whole_run[0])[-1]
    assert quality.psnr == pytest.approx(float(last["psnr"]), abs=1e-3)
    assert quality.bit_accuracy == pytest.approx(
        float(last["bit_accuracy_png"]), abs=1e-6
    )


def test_a_killed_training_ends_like_one_that_was_not(
    whole_run, trained, tmp_path
):
    folder, weights = whole_run
    killed = tmp_path / "killed"
    process = start_process(
        tiny_config(), killed, pause_seconds=0.5, weights=tmp_path / "end.npz"
    )
    try:
        # Two epochs are written, and the third has begun.
        while not (killed / "metrics.csv").exists() or len(rows(killed)) < 2:
            assert process.poll() is None
            time.sleep(0.1)
        time.sleep(0.7)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    assert not (killed / "encoder.keras").exists()
    assert [row["epoch"] for row in rows(killed)] == ["1", "2"]

    resumed = trained(tiny_config(), killed, resume=True)

    for actual, expected in zip(resumed, weights, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
    for actual, expected in zip(rows(killed), rows(folder), strict=True):
        assert {
            name: float(x) for name, x in actual.items() if x
        } == pytest.approx(
            {name: float(x) for name, x in expected.items() if x}, rel=1e-5
        )


def test_a_finished_training_goes_on_as_no_other(whole_run):
    with pytest.raises(errors.RunError, match="another experiment"):
        methods.train(tiny_config("losses.image=5"), whole_run[0], resume=True)


def test_bfloat16_trains_and_saves_float32(trained, tmp_path):
    settings = tiny_config(
        "training.images=16", "training.mixed_precision=mixed_bfloat16"
    )

    trained(settings, tmp_path)

    run = tf_fingerprint.load(tmp_path)
    for network in (run.encoder, run.decoder):
        assert {weight.dtype for weight in network.weights} == {"float32"}
        assert network.compute_dtype == "float32"
    assert os.listdir(tmp_path / "checkpoints") == ["latest.weights.h5"]
