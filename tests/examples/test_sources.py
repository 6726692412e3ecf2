import json

import keras
import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import errors
from tf_fingerprint.runs import directory as run_directory

pytestmark = pytest.mark.slow

EVERY = "--batch-size 4 --images 4 --epoch-images 4 --grid-epochs 1"


def arguments(photographs, to, *more):
    made = [str(photographs), "--to", str(to), "--seed-resolution", "16"]
    made += ["--pictures", "4", "--test-pictures", "3", "--seeds", "1"]
    made += ["--seed-options", "--width 4 --latent-dim 8"]
    made += ["--kinds", "--every-options", EVERY]
    return [*made, *map(str, more)]


def pixels(folder):
    paths = sorted(folder.iterdir())
    return {np.asarray(Image.open(path)).tobytes() for path in paths}


@pytest.fixture
def sources(example):
    return example("sources")


@pytest.mark.slow
def test_pictures_to_learn_from_and_to_test_on_never_meet(
    sources, photographs, tmp_path, capfd
):
    for _ in range(2):  # The second time everything is there.
        sources.main(arguments(photographs, tmp_path, "--seed-pictures", 5))

    assert capfd.readouterr().out.count("dcgan.py") == 1
    seeds = tmp_path / "seeds"
    for name, counts in {"real": (4, 3), "seed_0": (5, 3)}.items():
        train, test = (
            pixels(seeds / "train" / name),
            pixels(seeds / "test" / name),
        )
        assert (len(train), len(test)) == counts
        assert not train & test
    seen = pixels(tmp_path / "photographs_16")
    assert len(seen) == 9
    assert not seen & pixels(seeds / "test" / "real")
    told = json.loads((tmp_path / "sources.json").read_text())["seeds/seed_0"]
    generator = keras.saving.load_model(
        tmp_path / "generators" / "seeds" / "seed_0" / "generator.keras"
    )
    assert told["weights_digest"] == run_directory.weights_digest(generator)
    assert (told["images"], told["seed"], told["kind"]) == (4, 100, "dcgan")
    assert told["pictures"]["test"] == {"count": 3, "seed": 1001}


def test_each_generator_is_planned_with_its_own_seed(sources):
    options = sources.parser().parse_args(
        ["x", "--to", "y", "--seeds", "3", "--kinds", "dcgan", "diffusion"]
        + ["--every-options", "--batch-size 8", "--dcgan-options", "--width 9"]
    )

    seeds = sources.planned(options, "seeds")
    kinds = sources.planned(options, "architectures")

    assert [each.name for each in seeds] == ["seed_0", "seed_1", "seed_2"]
    assert len({each.seed for each in seeds}) == 3
    assert len({each.options for each in seeds}) == 1
    assert [each.name for each in kinds] == ["dcgan", "diffusion"]
    assert kinds[0].options.split() == ["--width", "9", "--batch-size", "8"]


def test_a_failed_training_is_named_and_leaves_no_source(
    sources, photographs, tmp_path, capfd
):
    options = sources.parser().parse_args(
        arguments(photographs, tmp_path, "--seed-options=--images 0")
    )
    with pytest.MonkeyPatch.context() as patch:
        # The script's own checks, without a process that imports TensorFlow.
        patch.setattr(sources.sys, "executable", "/bin/false")
        with pytest.raises(
            errors.TrainingError, match="seed_0 must be trained"
        ):
            sources.run(options)

    assert not (tmp_path / "seeds" / "train" / "seed_0").exists()
    assert not (tmp_path / "sources.json").exists()


@pytest.mark.parametrize("option", ["--pictures", "--real-pictures"])
def test_too_few_photographs_are_said(option, sources, photographs, tmp_path):
    options = sources.parser().parse_args(
        arguments(photographs, tmp_path, option, 10)
    )

    with pytest.raises(errors.DataError, match="at least 13 photographs"):
        sources.run(options)
    assert not list(tmp_path.iterdir())


def test_kinds_that_there_are_not_are_said(sources, tmp_path):
    options = sources.parser().parse_args(
        ["x", "--to", str(tmp_path), "--kinds", "vae"]
    )

    with pytest.raises(ValueError, match="`--kinds` must be among.*vae"):
        sources.run(options)
