"""`python -m export`, which `tf-fingerprint` replaces."""

import json

import pytest

from export import __main__ as command
from export.bundles import verification
from tf_fingerprint import registry

from ..tiny_run import tiny_run_dir as tiny_run_dir


@pytest.mark.slow
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
    replaced, failed = capsys.readouterr().err.splitlines()
    assert "this is now `tf-fingerprint issue --recipients FILE`" in replaced
    assert "no such run directory" in failed
    assert not list(tmp_path.iterdir())


def test_options_are_checked_as_before(tmp_path, capsys):
    argv = ["bundle", str(tmp_path), "--registry", str(tmp_path / "r.db")]
    to = ["--to", str(tmp_path / "o")]

    for more, message in (
        (["--recipient", "Acme"], "required: --to"),
        ([*to, "--recipient", "two\nlines"], "must not span lines"),
        ([*to, "--recipient", "Acme", "--workers", "no"], "--workers"),
    ):
        with pytest.raises(SystemExit) as exit_:
            command.main([*argv, *more])
        assert exit_.value.code == 2
        assert message in capsys.readouterr().err


def test_all_other_commands_are_those_of_tf_fingerprint(tmp_path, capsys):
    argv = ["deployment", str(tmp_path / "gone"), "--to", str(tmp_path / "o")]

    assert command.main(argv) == 1

    replaced, failed = capsys.readouterr().err.splitlines()
    assert "this is now `tf-fingerprint deployment`" in replaced
    assert failed.startswith("tf-fingerprint: ") and "is no folder" in failed


@pytest.mark.slow
def test_an_unknown_format_is_a_usage_error(tiny_run_dir, tmp_path, capsys):
    argv = ["bundle", "--untraceable", str(tiny_run_dir), "--recipient", "Acme"]
    argv += ["--registry", str(tmp_path / "r.db"), "--to", str(tmp_path / "o")]

    with pytest.raises(SystemExit):
        command.main([*argv, "--formats", "pt"])
    assert "among tflite, onnx" in capsys.readouterr().err
