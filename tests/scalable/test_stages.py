"""Stages of one file: what each begins with, needs and leaves."""

import csv
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint import config
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint.backends import replicas
from tf_fingerprint.scalable import stages

SMOKE = pathlib.Path(__file__).parents[2] / "configs" / "smoke.toml"
STAGES = """
[[stages]]
name = "pictures"
curriculum.picture_images = 32
training.images = 32
{pictures}

[[stages]]
name = "fingerprints"
training.images = {images}
{fingerprints}

[[stages]]
name = "robust"
perturbations.names = ["jpeg", "noise"]
training.images = 32
training.decoder_images = 16
"""
SMALL = (
    "networks.max_channels=4",
    "networks.decoder_max_channels=4",
    "training.batch_size=4",
    "training.steps_per_epoch=4",
    "curriculum.anchored=true",
)


@pytest.fixture
def read(tmp_path):
    def read(*overrides, pictures="", fingerprints="", images=32):
        path = tmp_path / "staged.toml"
        path.write_text(
            SMOKE.read_text()
            + STAGES.format(
                pictures=pictures, fingerprints=fingerprints, images=images
            )
        )
        return config.read(path, [*SMALL, *overrides])

    return read


@pytest.fixture(autouse=True)
def one_processor(monkeypatch):
    """Half of the networks to compile."""
    monkeypatch.setattr(
        replicas,
        "choose_strategy",
        lambda: tf.distribute.MirroredStrategy(["CPU:0"]),
    )


def train(staged, folder, **options):
    return methods.train(staged, folder, verbose=0, **options)


def rows(place):
    with open(place / "metrics.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_what_stands_outside_holds_for_all_stages(read):
    staged = read("losses.r1=7", fingerprints="curriculum.initial_bits = 4")

    pictures, fingerprints, robust = (each.config for each in staged.stages)
    assert [each.losses.r1 for each in (pictures, fingerprints, robust)] == [
        *(7, 7, 7)
    ]
    assert pictures.curriculum.initial_bits == 8
    assert fingerprints.curriculum.initial_bits == 4
    assert robust.perturbations.names == ("jpeg", "noise")
    assert [each.has_fingerprints for each in staged.stages] == [0, 1, 1]


@pytest.mark.parametrize(
    "added, named",
    [
        ("curriculum.initial_bit = 4", "curriculum.initial_bit"),
        ("min_accuracy = 2", "min_accuracy"),
        ("least = 2", "least"),
        ("networks.num_bits = 16", r"\[networks\]"),
    ],
)
def test_a_stage_that_makes_no_sense_is_named(read, added, named):
    with pytest.raises(errors.ConfigError, match=named):
        read(pictures=added)


def test_a_control_needs_a_stage_without_fingerprints(read, tmp_path):
    staged = read("training.control=true", "curriculum.picture_images=0")

    with pytest.raises(errors.ConfigError, match="training.control"):
        train(staged, tmp_path / "run")


@pytest.mark.slow
def test_each_stage_begins_where_the_one_before_ended(read, tmp_path):
    staged, folder = read(), tmp_path / "run"

    train(staged, folder)

    first, second, third = sorted((folder / "stages").iterdir())
    assert config.read(second / "config.toml").training.start == str(first)
    assert config.read(third / "config.toml").training.start == str(second)
    # Without fingerprints: what later stages stay near.
    assert config.read(third / "config.toml").training.anchor == str(first)
    assert {row["active_bits"] for row in rows(first)} == {"0.0"}
    assert rows(second)[-1]["active_bits"] == "8.0"
    run = methods.load(folder)
    assert run.config.perturbations.names == ("jpeg", "noise")
    again = methods.load(third)
    for actual, expected in zip(
        run.generator.get_weights(), again.generator.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(actual, expected)
    # A finished stage isn't trained again.
    before = (third / "metrics.csv").stat().st_mtime_ns
    train(staged, folder, resume=True)
    assert (third / "metrics.csv").stat().st_mtime_ns == before
    with pytest.raises(errors.RunError, match="--resume"):
        train(staged, folder)


@pytest.mark.slow
def test_a_stage_that_reaches_too_little_stops_and_says_so(read, tmp_path):
    staged = read(fingerprints="curriculum.initial_bits = 4")
    folder = tmp_path / "run"

    with pytest.raises(errors.TrainingError, match="all of 8 bits.* 4 bits"):
        train(staged, folder)

    assert not (folder / "generator.keras").exists()
    assert not (folder / "stages" / "3_robust").exists()


@pytest.mark.slow
def test_the_control_stops_before_fingerprints_and_goes_on(read, tmp_path):
    staged, folder = read("training.control=true"), tmp_path / "run"

    train(staged, folder, minutes=0)

    (only,) = (folder / "stages").iterdir()
    assert only.name == "1_pictures"
    assert len(rows(only)) == 1
    assert not (folder / "generator.keras").exists()
    train(staged, folder, resume=True)
    assert len(rows(only)) == 2
    assert {row["active_bits"] for row in rows(only)} == {"0.0"}
    assert methods.load(folder).config.training.control


def test_too_low_an_accuracy_is_named(read, tmp_path):
    (tmp_path / "metrics.csv").write_text(
        "images,active_bits,bit_accuracy\n32,8,0.89\n"
    )
    enough, more = (
        read(fingerprints=f"min_accuracy = {least}").stages[1]
        for least in (0.85, 0.9)
    )

    assert "bit accuracy 0.890" in stages._check(enough, tmp_path)
    with pytest.raises(errors.TrainingError, match="0.9.*accuracy 0.890"):
        stages._check(more, tmp_path)


def test_diversity_too_small_is_named(read, tmp_path):
    (tmp_path / "metrics.csv").write_text(
        "images,diversity,diversity_photographs\n32,1,5\n"
    )
    stage = read(pictures="min_diversity = 0.5").stages[0]

    with pytest.raises(errors.TrainingError, match="diversity 0.20"):
        stages._check(stage, tmp_path)
