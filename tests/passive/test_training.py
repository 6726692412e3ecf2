"""Whole trainings, of eight steps: what they leave, and after a stop."""

import json
import signal
import time

import keras
import numpy as np
import pytest

from tf_fingerprint import config
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.passive import training

from ..tiny_passive import as_of_before
from ..tiny_passive import of_sources
from ..tiny_passive import passive_dir as passive_dir
from ..tiny_passive import sources_dir as sources_dir
from ..tiny_passive import tiny_config
from ..tiny_passive import train
from ..tiny_passive import write_sources
from ..tiny_training import rows
from ..tiny_training import start_process

pytestmark = pytest.mark.slow


def weights(folder):
    return passive_run.load(folder).classifier.get_weights()


def test_a_training_fills_its_run_directory(passive_dir, sources_dir):
    assert sorted(path.name for path in passive_dir.iterdir()) == [
        "checkpoints",
        "classifier.keras",
        "config.toml",
        "data.json",
        "learned.npy",
        "metrics.csv",
        "metrics.png",
        "tensorboard",
        "unknown.json",
        "unknown.npz",
    ]
    written = config.read(passive_dir / "config.toml")
    assert written == of_sources(tiny_config(), sources_dir)
    known = json.loads((passive_dir / "data.json").read_text())
    assert known["labels"] == ["bright", "dark"]
    assert known["images"] == 80
    assert np.sum(list(known["pictures"].values())) == 80


def test_metrics_tell_of_pictures_that_were_held_out(passive_dir):
    assert [float(row["images"]) for row in rows(passive_dir)] == [64, 128]
    assert set(rows(passive_dir)[0]) == {
        *("epoch", "images", "cross_entropy", "accuracy"),
        "held_out_accuracy",
    }


def test_a_training_that_was_stopped_ends_like_one_that_was_not(
    passive_dir, sources_dir, tmp_path
):
    train(tiny_config(), sources_dir, tmp_path, minutes=0)
    halfway = weights(tmp_path)

    train(tiny_config(), sources_dir, tmp_path, resume=True)

    for ours, before, expected in zip(
        weights(tmp_path), halfway, weights(passive_dir), strict=True
    ):
        assert not np.array_equal(before, expected)
        np.testing.assert_array_equal(ours, expected)
    metrics = (tmp_path / "metrics.csv").read_text()
    assert metrics == (passive_dir / "metrics.csv").read_text()


def test_a_killed_training_ends_like_one_that_was_not(
    passive_dir, sources_dir, tmp_path
):
    settings, folder = of_sources(tiny_config(), sources_dir), tmp_path / "run"
    process = start_process(settings, folder, 1, tmp_path / "end.npz")
    while not (folder / "checkpoints" / "latest.weights.h5").exists():
        assert process.poll() is None
        time.sleep(0.1)
    time.sleep(1.5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (folder / "classifier.keras").exists()
    assert len(rows(folder)) == 1

    train(settings, sources_dir, folder, resume=True)

    for ours, expected in zip(
        weights(folder), weights(passive_dir), strict=True
    ):
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)
    assert len(rows(folder)) == 2


def test_a_finished_training_can_be_made_longer(
    passive_dir, sources_dir, tmp_path
):
    train(tiny_config("training.images=64"), sources_dir, tmp_path)

    train(tiny_config(), sources_dir, tmp_path, resume=True)

    for ours, expected in zip(
        weights(tmp_path), weights(passive_dir), strict=True
    ):
        np.testing.assert_array_equal(ours, expected)
    assert rows(tmp_path) == rows(passive_dir)
    assert methods.load(tmp_path).settings.training.images == 128


def test_a_run_of_before_goes_on(passive_dir, sources_dir, tmp_path):
    folder = as_of_before(passive_dir, tmp_path / "run")
    longer = tiny_config("training.images=192")

    write_sources(tmp_path / "others", count=41)
    with pytest.raises(errors.RunError, match="on other pictures"):
        train(longer, tmp_path / "others", folder, resume=True)
    train(longer, sources_dir, folder, resume=True)

    assert [float(row["images"]) for row in rows(folder)] == [64, 128, 192]
    assert methods.load(folder).settings.method == "passive"


def test_weights_are_there_before_anything_else_can_fail(
    passive_dir, sources_dir, tmp_path, monkeypatch
):
    def calibrate(*arguments):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(training, "calibrate", calibrate)
        with pytest.raises(MemoryError):
            train(tiny_config(), sources_dir, tmp_path)
    left = keras.saving.load_model(tmp_path / "classifier.keras")
    train(tiny_config(), sources_dir, tmp_path, resume=True)

    for ours, again, expected in zip(
        left.get_weights(),
        weights(tmp_path),
        weights(passive_dir),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, expected)
        np.testing.assert_array_equal(again, expected)


def test_immunising_goes_on_from_another_run(
    passive_dir, sources_dir, tmp_path
):
    settings = tiny_config(
        f"training.start={passive_dir}",
        "training.images=16",
        "training.mixed_precision=mixed_bfloat16",
        "attack.name=noise",
        "optimizer.learning_rate=1e-6",
        "unknown.score=energy",
    )

    train(settings, sources_dir, tmp_path)

    run = passive_run.load(tmp_path)
    assert run.open_set.score == "energy"
    assert run.classifier.compute_dtype == "float32"
    for ours, theirs in zip(
        run.classifier.get_weights(), weights(passive_dir), strict=True
    ):
        assert not np.array_equal(ours, theirs)
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_weights_of_other_sources_are_not_begun_with(
    passive_dir, sources_dir, tmp_path
):
    other = tiny_config(f"training.start={passive_dir}", "data.leave_out=dark")

    with pytest.raises(errors.RunError, match="instead of .'bright', 'strip"):
        train(other, sources_dir, tmp_path / "run")

    assert not (tmp_path / "run").exists()


def test_a_run_is_not_overwritten_or_mixed_up(
    passive_dir, sources_dir, tmp_path
):
    with pytest.raises(errors.RunError, match="holds a run already"):
        train(tiny_config(), sources_dir, passive_dir)

    other = tiny_config("training.batch_size=8", "training.images=127")
    with pytest.raises(errors.RunError, match="another experiment") as raised:
        train(other, sources_dir, passive_dir, resume=True)
    assert "`training.batch_size` was 16 and is 8" in str(raised.value)
    assert "`training.images` was 128 and is 127" in str(raised.value)

    write_sources(tmp_path, ("bright", "dark", "striped"), count=41)
    with pytest.raises(errors.RunError, match="on other pictures"):
        train(tiny_config(), tmp_path, passive_dir, resume=True)


def test_too_few_pictures_for_the_threshold_are_told_before_training(
    sources_dir, tmp_path
):
    strict = tiny_config("unknown.max_false_positive_rate=0.001")

    with pytest.raises(errors.DataError, match="it must rest on 1999"):
        train(strict, sources_dir, tmp_path / "run")

    assert not (tmp_path / "run").exists()
