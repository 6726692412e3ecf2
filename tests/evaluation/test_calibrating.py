"""Calibrations of a tiny run, on built-in pictures."""

import shutil

import numpy as np
import pytest

from tf_fingerprint import calibration
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint.evaluation import calibrating

from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir
from ..tiny_run import write_run


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A folder of pictures of any size, and a built-in source."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("photographs") / "holiday"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number, size in enumerate([(20, 31, 3), (64, 64, 3), (16, 40, 3)]):
        pixels = random.integers(0, 256, size).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return [folder, "procedural:20"]


def test_photographs_of_any_size_are_decoded(tiny_run, sources):
    made = calibrating.calibrate(
        tiny_run, sources, min_photographs=10, pictures=8
    )

    assert len(made) == 23
    assert made.generator == tiny_run.record
    assert made.sources == (("holiday", 3), ("procedural:20", 20))
    paths = sorted(sources[0].iterdir())
    logits = tiny_run.decode(paths)
    np.testing.assert_array_equal(made.decoded_bits[:3], logits > 0)
    error = np.abs(made.logits[:3] - logits)
    assert np.quantile(error, 0.99) <= made.read.step / 2 * (1 + 1e-6)


def test_the_digest_is_of_the_pixels(tiny_run, sources):
    settings = {"min_photographs": 2, "pictures": 4}
    one = calibrating.calibrate(tiny_run, sources[1:], **settings)
    same = calibrating.calibrate(tiny_run, ["procedural:20"], **settings)
    other = calibrating.calibrate(tiny_run, sources, **settings)

    assert one.data_digest == same.data_digest != other.data_digest


def test_too_few_photographs_are_a_named_error(tiny_run):
    with pytest.raises(errors.CalibrationError, match="2,000.*Received 20"):
        calibrating.calibrate(tiny_run, ["procedural:20"])


def test_spoiled_pictures_can_all_be_decoded(tiny_run):
    images = tiny_run.generate(2, seed=0)

    changes = calibrating.spoiled(images)

    decoded = {name: tiny_run.decode(them) for name, them in changes.items()}
    assert all(logits.shape == (2, 32) for logits in decoded.values())
    np.testing.assert_array_equal(decoded["png"], tiny_run.decode(images))
    for name in ("jpeg75", "jpeg50", "crop90"):
        assert not np.allclose(decoded[name], decoded["png"])


def test_a_run_without_its_own_calibration_has_none(tiny_run):
    assert tiny_run.calibration is None
    assert calibration.drawing(None)(32).shape == (32,)


def test_a_run_issues_what_its_calibration_allows(tiny_run_dir, tmp_path):
    shutil.copytree(tiny_run_dir, tmp_path / "run")
    run = methods.load(tmp_path / "run")
    settings = {"min_photographs": 30, "pictures": 4}
    made = calibrating.calibrate(run, ["procedural:30"], **settings)
    made.save(run.folder / calibration.FILE_NAME)

    issued = run.issue("Acme", tmp_path / "registry.db", untraceable=True)

    assert run.calibration.digest == made.digest
    assert made.acceptable(issued.record.bits)
    assert made.refuses(made.habit)


@pytest.mark.slow
def test_the_calibration_of_other_weights_is_refused(tiny_run_dir, tmp_path):
    write_run(tmp_path / "other", seed=5)
    shutil.copytree(tiny_run_dir, tmp_path / "run")
    run = methods.load(tmp_path / "run")
    settings = {"min_photographs": 4, "pictures": 4}
    made = calibrating.calibrate(run, ["procedural:4"], **settings)
    made.save(tmp_path / "other" / calibration.FILE_NAME)

    with pytest.raises(errors.CalibrationError, match="one decoder only"):
        methods.load(tmp_path / "other").issue(
            "Acme", tmp_path / "r.db", untraceable=True
        )

    assert not list(tmp_path.glob("r.db-*"))
