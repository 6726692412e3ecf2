"""The command `doctor`."""

import ast
import json
import shutil

import keras
import numpy as np
import pytest

from tf_fingerprint import cli
from tf_fingerprint.cli import doctor
from tf_fingerprint.runs import directory as run_directory

from ..tiny_run import ROOT


def diagnosis(capsys):
    """The exit code, and what it says."""
    status = cli.main(["doctor", "--format", "json"])
    return status, json.loads(capsys.readouterr().out)


def test_it_knows_the_extras_that_there_are():
    tree = ast.parse((ROOT / "setup.py").read_text())
    [extras] = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "EXTRAS"
    ]

    assert {name: len(doctor.EXTRAS[name][0]) for name in doctor.EXTRAS} == {
        name: len(requirements) for name, requirements in extras.items()
    }


def test_missing_extras_are_named_and_no_fault(monkeypatch, capsys):
    monkeypatch.setitem(doctor.EXTRAS, "bulk", (("no_such_module",), "`bulk`"))

    status, told = diagnosis(capsys)

    assert status == 0
    assert told["extras"]["bulk"].startswith("no: `bulk`. Install `tf-fi")


@pytest.mark.slow
def test_shipped_weights_read_back_what_they_write(capsys):
    status, told = diagnosis(capsys)

    assert status == 0
    assert told["self_test"]["ok"] is True
    assert told["versions"]["keras"] == keras.__version__
    assert told["keras_backend"] == keras.backend.backend()
    assert set(told["extras"]) == set(doctor.EXTRAS)


@pytest.mark.slow
def test_a_decoder_that_reads_nothing_is_a_fault(tmp_path, monkeypatch, capsys):
    broken = tmp_path / "broken"
    shutil.copytree(run_directory.SHIPPED, broken)
    path = broken / run_directory.DECODER
    decoder = keras.saving.load_model(path, compile=False)
    decoder.set_weights([np.zeros_like(w) for w in decoder.get_weights()])
    decoder.save(path)
    monkeypatch.setattr(run_directory, "SHIPPED", broken)

    status, told = diagnosis(capsys)

    assert status == 1
    assert told["self_test"]["ok"] is False


@pytest.mark.slow
def test_missing_weights_are_a_fault(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run_directory, "SHIPPED", tmp_path)

    status, told = diagnosis(capsys)

    assert status == 1
    assert "There must be pretrained weights" in told["self_test"]["problem"]
