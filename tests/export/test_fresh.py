"""A process that has TensorFlow and nothing of ours."""

import pathlib
import subprocess
import sys

import pytest

from export import fresh
from export import fresh_script
from tf_fingerprint import errors

from .fresh_process import fresh_process as fresh_process

ROOT = pathlib.Path(fresh.__file__).parents[1]


def test_can_import_neither_this_package_nor_keras(fresh_process):
    assert fresh_process.run("isolation") == {"importable": [], "loaded": []}


def test_could_import_them_without_its_finder():
    # The guard bites: the same search for what is there finds all of it.
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]; "
        "import fresh_script; print(fresh_script.isolation())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(ROOT), str(ROOT / "export")],
        capture_output=True,
        check=True,
        text=True,
    )

    for name in ("export", "keras", "tf_fingerprint"):
        assert f"'{name}'" in said.stdout


@pytest.mark.parametrize(
    ("name", "is_absent"),
    [
        ("keras", True),
        ("keras.src.optimizers", True),
        ("tensorflow.keras.layers", True),
        ("export.fresh", True),
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
