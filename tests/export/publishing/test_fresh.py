"""A process that has TensorFlow and nothing of ours."""

import os
import subprocess
import sys

import pytest

from export.publishing import fresh
from export.publishing import fresh_script
from tf_fingerprint import errors

from ...tiny_run import ROOT


def test_can_import_neither_this_package_nor_keras(fresh_process):
    assert fresh_process.run("isolation") == {"importable": [], "loaded": []}


def test_could_import_them_without_its_finder():
    # The guard bites: nothing else keeps them from being found.
    code = (
        "import importlib.util as util, sys; "
        "sys.exit(not all(map(util.find_spec, sys.argv[1:])))"
    )
    subprocess.run(
        [sys.executable, "-P", "-c", code, "export", "keras", "tf_fingerprint"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    )


@pytest.mark.parametrize(
    ("name", "is_absent"),
    [
        ("keras", True),
        ("keras.src.optimizers", True),
        ("tensorflow.keras.layers", True),
        ("export.publishing.fresh", True),
        ("tensorflow", False),
        ("keras_hub", False),
        ("tensorflow.python.keras", False),
    ],
)
def test_knows_what_is_absent(name, is_absent):
    spec = fresh_script.Absent().find_spec(name)

    assert (spec is not None) == is_absent
    if is_absent:
        with pytest.raises(ImportError, match="on purpose"):
            spec.loader.create_module(spec)


def test_passes_on_what_went_wrong_and_goes_on(fresh_process, tmp_path):
    with pytest.raises(errors.ExportError, match="SavedModel file does not"):
        fresh_process.run("trial", directory=str(tmp_path))

    assert fresh_process.run("isolation")["importable"] == []


def test_tells_the_last_words_of_a_process_that_died():
    with fresh.Process() as process:
        process._process.kill()
        with pytest.raises(errors.ExportError, match="died"):
            process.run("isolation")
            process.run("isolation")


def test_a_job_that_takes_too_long_is_named():
    with fresh.Process(timeout_seconds=0.01) as process:
        with pytest.raises(errors.ExportError, match="within 0.01 seconds"):
            process.run("isolation")
