"""Whole trainings, of eight steps: what they leave, and after a stop."""

import csv
import json

import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint.config import passive as passive_config
from tf_fingerprint.passive import run as passive_run

from ..tiny_passive import passive_dir as passive_dir
from ..tiny_passive import sources_dir as sources_dir
from ..tiny_passive import tiny_config
from ..tiny_passive import train
from ..tiny_passive import write_sources

pytestmark = pytest.mark.slow


def weights(folder):
    return passive_run.load(folder).classifier.get_weights()


def test_a_training_fills_its_run_directory(passive_dir):
    assert sorted(path.name for path in passive_dir.iterdir()) == [
        "checkpoints",
        "classifier.keras",
        "config.toml",
        "learned.npy",
        "metrics.csv",
        "sources.json",
        "tensorboard",
        "unknown.json",
        "unknown.npz",
    ]
    assert passive_config.read(passive_dir / "config.toml") == tiny_config()
    known = json.loads((passive_dir / "sources.json").read_text())
    assert known["labels"] == ["bright", "dark"]
    assert np.sum(list(known["pictures"].values())) == 80


def test_metrics_tell_of_pictures_that_were_held_out(passive_dir):
    with open(passive_dir / "metrics.csv", newline="") as file:
        rows = list(csv.DictReader(file))

    assert [float(row["images"]) for row in rows] == [64, 128]
    assert set(rows[0]) == {
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


def test_immunising_goes_on_from_another_run(
    passive_dir, sources_dir, tmp_path
):
    config = tiny_config(
        f"training.start={passive_dir}",
        "training.images=16",
        "training.mixed_precision=mixed_bfloat16",
        "attack.name=noise",
        "optimizer.learning_rate=1e-6",
        "unknown.score=energy",
    )

    train(config, sources_dir, tmp_path)

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
    config = tiny_config(f"training.start={passive_dir}", "data.leave_out=dark")

    with pytest.raises(errors.RunError, match="instead of .'bright', 'strip"):
        train(config, sources_dir, tmp_path / "run")

    assert not (tmp_path / "run").exists()


def test_a_run_is_not_overwritten_or_mixed_up(
    passive_dir, sources_dir, tmp_path
):
    with pytest.raises(errors.RunError, match="holds a run already"):
        train(tiny_config(), sources_dir, passive_dir)

    other = tiny_config("training.batch_size=8")
    with pytest.raises(errors.RunError, match="another experiment"):
        train(other, sources_dir, passive_dir, resume=True)

    write_sources(tmp_path, ("bright", "dark", "striped"), count=41)
    with pytest.raises(errors.RunError, match="on other pictures"):
        train(tiny_config(), tmp_path, passive_dir, resume=True)


def test_too_few_pictures_for_the_threshold_are_told_before_training(
    sources_dir, tmp_path
):
    config = tiny_config("unknown.max_false_positive_rate=0.001")

    with pytest.raises(errors.DataError, match="it must rest on 1999"):
        train(config, sources_dir, tmp_path / "run")

    assert not (tmp_path / "run").exists()
