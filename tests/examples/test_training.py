import csv
import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import errors

from .conftest import KINDS
from .conftest import TINY

pytestmark = pytest.mark.slow


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


def assert_alike(pictures, others):
    """But for what threads may round in another order."""
    pictures, others = (np.array(each, "int16") for each in (pictures, others))
    assert pictures.shape == others.shape
    assert np.abs(pictures - others).max() <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_script_leaves_a_generator_that_makes_the_samples(
    kind, trained, example
):
    folder = trained(kind)

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
    assert_alike(samples(folder), made)


def test_a_resumed_training_ends_like_one_that_was_not_interrupted(
    trained, run_script, tmp_path, capfd
):
    whole, parts = trained("dcgan"), tmp_path / "parts"
    run_script("dcgan", parts, "--images", 8)
    capfd.readouterr()
    run_script("dcgan", parts, "--resume")

    assert "Epoch 1/2" not in capfd.readouterr().out
    ours, theirs = (
        keras.saving.load_model(folder / "generator.keras").get_weights()
        for folder in (whole, parts)
    )
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert_alike(samples(whole), samples(parts))
    for one, other in zip(rows(whole), rows(parts), strict=True):
        assert one == pytest.approx(other, rel=1e-4)


def test_a_training_is_never_overwritten_or_mixed_up(trained, run_script):
    folder = trained("dcgan")
    before = (folder / "options.json").read_text()

    with pytest.raises(errors.RunError, match="holds a training already"):
        run_script("dcgan", folder)
    with pytest.raises(errors.RunError, match="another training: seed differ"):
        run_script("dcgan", folder, "--resume", "--seed", 1)
    assert (folder / "options.json").read_text() == before
    assert json.loads(before)["width"] == 4


def test_a_training_may_go_on_with_other_pictures_if_told(example, tmp_path):
    options = example("options")

    def settle(digest, *more):
        told = ["photographs", "--to", str(tmp_path), *more]
        told = options.parser("for a test").parse_args(told)
        options.settle(tmp_path, told, SimpleNamespace(digest=digest))
        return json.loads((tmp_path / "options.json").read_text())

    settle("strong")
    with pytest.raises(errors.RunError, match="photographs differ.*--new-imag"):
        settle("weak", "--resume")
    for _ in range(2):
        told = settle("weak", "--resume", "--new-images")
        assert told["photographs"] == "weak"
        assert told["photographs_before"] == ["strong"]
    with pytest.raises(errors.RunError, match="photographs differ"):
        settle("strong", "--resume")
    with pytest.raises(errors.RunError, match="seed differ"):
        settle("weak", "--resume", "--new-images", "--seed", "5")
    assert settle("weak", "--resume") == told


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
def test_options_that_make_no_training_are_named(
    run_script, tmp_path, options, message
):
    with pytest.raises(ValueError, match=message):
        run_script("dcgan", tmp_path / "run", *options)
    assert not (tmp_path / "run").exists()


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


class Ones:
    """A codec run that reads ones in every picture."""

    def decode(self, images):
        return np.ones((len(images), 16))


def test_a_probe_looks_at_the_images_first_and_at_the_pictures_then(
    example, photographs, tmp_path
):
    training, script = example("training"), example("dcgan").EXAMPLE

    def run(fingerprint):
        options = training.parser(script).parse_args(
            [str(photographs), "--to", str(tmp_path), *TINY["dcgan"]]
            + ["--resolution", "16", "--batch-size", "4", "--images", "4"]
            + ["--samples", "0", "--resume", "--probe", "codec"]
            + ["--fingerprint", fingerprint]
        )
        options.probe = Ones()
        training.run(script, options)

    with pytest.raises(errors.DataError, match="must carry the fingerprint"):
        run("0000")
    assert not (tmp_path / "generator.keras").exists()
    run("ffff")
    assert rows(tmp_path)[-1]["probe_vote"] == 1
