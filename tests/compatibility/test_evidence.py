"""Evidence of before stands: against its files, its key and its registry."""

import json

import pytest

from tf_fingerprint import cli
from tf_fingerprint import errors
from tf_fingerprint import evidence

from . import goldens


@pytest.fixture
def folder(tmp_path):
    goldens.copied(tmp_path, "registry.db", "owner.pub")
    goldens.unpacked(tmp_path, "evidence")
    return tmp_path


@pytest.mark.parametrize("name", ["plain", "signed"])
def test_it_verifies_as_it_did(name, folder, monkeypatch, capsys):
    arguments = ["evidence", "verify", f"evidence/{name}"]
    arguments += ["--registry", "registry.db", "--format", "json"]
    if name == "signed":
        pytest.importorskip("model_signing")
        arguments += ["--public-key", "owner.pub"]
    monkeypatch.chdir(folder)

    assert cli.main(arguments) == 0

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows == goldens.ANSWERS["evidence"][name]


@pytest.mark.parametrize(
    "name", ["0001/image", "together/report.json", "calibration.json"]
)
def test_one_changed_byte_is_found(name, folder):
    path = folder / "evidence" / "plain" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))

    with pytest.raises(errors.EvidenceError, match=name):
        list(evidence.verify(path.parents[name.count("/")]))
