import csv
import json

import keras
import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import errors

from .conftest import KINDS


def rows(folder):
    with open(folder / "metrics.csv", newline="") as file:
        read = list(csv.DictReader(file))
    for row in read:
        assert float(row.pop("seconds")) > 0
    return [{name: float(row[name]) for name in row} for row in read]


def samples(folder):
    return [
        np.asarray(Image.open(path))
        for path in sorted((folder / "samples").iterdir())
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_script_leaves_a_generator_that_makes_the_samples(
    kind, train, example
):
    folder = train(kind)

    assert [row["images"] for row in rows(folder)] == [8, 16]
    assert len(list((folder / "grids").iterdir())) == 2
    generator = keras.saving.load_model(folder / "generator.keras")
    made = np.concatenate(
        list(
            example("drawing").make(
                example(kind).pictures, generator, count=3, seed=1
            )
        )
    )
    assert made.shape == (3, 16, 16, 3)
    assert made.std(axis=0).max() > 0
    np.testing.assert_array_equal(samples(folder), made)


def test_a_resumed_training_ends_like_one_that_was_not_interrupted(train):
    whole = train("dcgan", to="whole")
    train("dcgan", "--images", 8, to="parts")
    parts = train("dcgan", "--resume", to="parts")

    # The bits of the checkpoint, not only of what pictures show.
    ours, theirs = (
        keras.saving.load_model(folder / "generator.keras").get_weights()
        for folder in (whole, parts)
    )
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(samples(whole), samples(parts))
    assert rows(whole) == rows(parts)


def test_a_training_is_never_overwritten_or_mixed_up(train):
    folder = train("dcgan", "--images", 8)
    before = (folder / "options.json").read_text()

    with pytest.raises(errors.RunError, match="holds a training already"):
        train("dcgan")
    with pytest.raises(errors.RunError, match="seed differ"):
        train("dcgan", "--resume", "--seed", 1)
    assert (folder / "options.json").read_text() == before
    assert json.loads(before)["width"] == 4


@pytest.mark.parametrize(
    "options, message",
    [
        (["--resolution", 24], "`--resolution` must be one of 16, 32"),
        (["--images", 0], "`--images` must be at least 1. Received 0"),
        (["--probe", "runs/codec"], "must be given together"),
        (
            ["--probe", "run", "--fingerprint", "ff", "--mirror"],
            "`--mirror` must be off",
        ),
    ],
)
def test_options_that_make_no_training_are_named(train, options, message):
    with pytest.raises(ValueError, match=message):
        train("dcgan", *options)


def test_the_command_line_has_no_traceback(example, tmp_path):
    with pytest.raises(SystemExit, match="no such folder or file"):
        example("training").main(
            example("dcgan").EXAMPLE,
            [str(tmp_path / "nowhere"), "--to", str(tmp_path / "run")],
        )
    assert not (tmp_path / "run").exists()


def test_figures_that_are_none_stop_a_training(example):
    with pytest.raises(errors.TrainingError, match="`generator` became nan"):
        example("training").Finite().on_epoch_end(
            0, {"images": 8, "generator": float("nan")}
        )
