"""`python -m export bundle`."""

import json

import pytest

from export import __main__ as command
from export.bundles import verification
from tf_fingerprint import registry

from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow


def test_writes_a_bundle_for_every_name(tiny_run_dir, tmp_path, capsys):
    (tmp_path / "names.txt").write_text("Acme\nBirch Games\n")
    argv = [
        "bundle",
        "--untraceable",
        str(tiny_run_dir),
        "--recipient",
        "Cedar News",
    ]
    argv += ["--recipients", str(tmp_path / "names.txt")]
    argv += ["--registry", str(tmp_path / "r.db")]
    argv += ["--to", str(tmp_path / "out"), "--workers", "2"]

    assert command.main(argv) == 0

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["recipient"] for row in rows] == [
        *("Cedar News", "Acme", "Birch Games")
    ]
    with registry.open_store(tmp_path / "r.db") as store:
        for row in rows:
            assert "fingerprint" not in row
            verified = verification.verify(row["folder"])
            assert verified.manifest["issuance_id"] == row["id"]
            assert store.issuance(row["id"]).recipient == row["recipient"]


def test_a_missing_run_is_a_named_failure(tmp_path, capsys):
    argv = ["bundle", str(tmp_path / "run"), "--recipient", "Acme"]
    argv += ["--registry", str(tmp_path / "r.db"), "--to", str(tmp_path / "o")]

    assert command.main(argv) == 1
    assert "no such run directory" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_unknown_format_is_a_usage_error(tiny_run_dir, tmp_path, capsys):
    argv = ["bundle", "--untraceable", str(tiny_run_dir), "--recipient", "Acme"]
    argv += ["--registry", str(tmp_path / "r.db"), "--to", str(tmp_path / "o")]

    with pytest.raises(SystemExit):
        command.main([*argv, "--formats", "pt"])
    assert "among tflite, onnx" in capsys.readouterr().err
