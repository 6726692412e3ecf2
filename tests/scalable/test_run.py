"""Runs: the weights that come with the package, and whom they accuse."""

import shutil

import numpy as np
import pytest

import tf_fingerprint
from tf_fingerprint import calibration
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint import registry
from tf_fingerprint.evaluation import calibrating
from tf_fingerprint.runs import directory as run_directory

from ..tiny_run import issue_what_is_read
from ..tiny_run import pretrained_is_tiny as pretrained_is_tiny
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir
from ..tiny_run import write_run

pytestmark = pytest.mark.slow

SHIPPED = run_directory.folder_of("pretrained")


@pytest.fixture
def made(tiny_run):
    """Four pictures of the tiny run's."""
    return tiny_run.generate(4, seed=1)


def test_the_package_forwards(tiny_run_dir):
    run = tf_fingerprint.load(tiny_run_dir)

    assert run.config.networks.num_bits == 32
    assert run.folder == tiny_run_dir


def test_without_an_argument_loads_the_pretrained_weights(pretrained_is_tiny):
    assert tf_fingerprint.load().folder == pretrained_is_tiny
    assert tf_fingerprint.load("pretrained").folder == pretrained_is_tiny


def test_missing_pretrained_weights_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(run_directory, "SHIPPED", tmp_path / "pretrained")

    with pytest.raises(errors.RunError, match="This copy has none"):
        methods.load()


def test_names_the_recipient_and_else_nobody(tiny_run, made, tmp_path):
    black = np.zeros_like(made[0])
    issue_what_is_read(tiny_run, made[0], tmp_path / "registry.db")
    reading = tiny_run.decode(np.stack([made[0], black])) > 0

    right, other = tiny_run.attribute(
        [made[0], black], tmp_path / "registry.db"
    )

    assert right.recipient == "Acme"
    assert right.num_matches == 32
    assert right.p_value == 2**-32
    assert other.num_matches == (reading[0] == reading[1]).sum()


def test_judges_by_its_calibration_if_it_has_one(
    tiny_run, tiny_run_dir, made, tmp_path
):
    issue_what_is_read(tiny_run, made[0], tmp_path / "registry.db")
    shutil.copytree(tiny_run_dir, tmp_path / "run")
    run = methods.load(tmp_path / "run")
    calibrated = calibrating.calibrate(
        run, ["procedural:20"], min_photographs=20, pictures=4
    )
    calibrated.save(run.folder / calibration.FILE_NAME)

    [without] = tiny_run.judge(made[0], tmp_path / "registry.db")
    [verdict] = run.judge(made[0], tmp_path / "registry.db")

    assert without.recipient == "Acme"
    assert without.measured is None
    assert verdict.attribution == without.attribution
    assert verdict.calibration_digest == calibrated.digest
    assert verdict.measured.trials == 20


@pytest.mark.skipif(
    not (SHIPPED / calibration.FILE_NAME).is_file(),
    reason="this copy has no calibration of its pretrained weights",
)
def test_the_calibration_that_is_shipped_is_of_the_shipped_weights():
    run = methods.load()

    assert run.calibration.generator == run.record
    assert len(run.calibration) >= calibration.MIN_PHOTOGRAPHS


def test_takes_an_open_registry_and_leaves_it_open(tiny_run, made, tmp_path):
    issue_what_is_read(tiny_run, made[0], tmp_path / "registry.db")

    with registry.open_store(tmp_path / "registry.db") as store:
        [verdict] = tiny_run.attribute(made[0], store)
        assert len(store.issuances()) == 1
    assert verdict.recipient == "Acme"


def test_a_registry_of_another_run_is_told(tiny_run, made, tmp_path):
    other = methods.load(write_run(tmp_path / "run", seed=9))
    issue_what_is_read(other, made[0], tmp_path / "registry.db")

    with pytest.raises(errors.RegistryError, match="another run"):
        tiny_run.attribute(made, tmp_path / "registry.db")
