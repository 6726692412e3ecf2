"""Verifying a copy from the command line."""

import json
import subprocess

import pytest

from tf_fingerprint import cli

from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def issued(tiny_run_dir, tmp_path_factory):
    """A folder with keys, a registry, and a signed copy."""
    pytest.importorskip("model_signing")
    folder = tmp_path_factory.mktemp("issued")
    for args in (
        ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "k"],
        ["ec", "-in", "k", "-pubout", "-out", "p"],
    ):
        subprocess.run(
            ["openssl", *args], cwd=folder, check=True, capture_output=True
        )
    argv = ["issue", "--untraceable", str(tiny_run_dir), "--recipient", "Acme"]
    argv += ["--registry", str(folder / "r.db"), "--to", str(folder / "acme")]
    assert cli.main([*argv, "--sign-with", str(folder / "k")]) == 0
    return folder


def test_says_that_everything_is_as_it_was_handed_out(issued, capsys):
    argv = ["verify", str(issued / "acme"), "--format", "json"]
    argv += ["--public-key", str(issued / "p")]

    assert cli.main([*argv, "--registry", str(issued / "r.db")]) == 0

    row = json.loads(capsys.readouterr().out)
    assert row["recipient"] == "Acme"
    assert row["signature"] == "valid"
    assert row["commitment"] == "opens"
    assert row["files"] >= 7


def test_without_key_and_registry_says_what_was_not_checked(issued, capsys):
    assert cli.main(["verify", str(issued / "acme")]) == 0

    assert "not checked" in capsys.readouterr().out


def test_names_the_file_that_was_changed(issued, tmp_path, capsys):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", issued / "acme", copy], check=True)
    path = copy / "savedmodel" / "1" / "saved_model.pb"
    path.write_bytes(path.read_bytes() + b"\0")

    assert cli.main(["verify", str(copy)]) == 1

    said = capsys.readouterr()
    assert "savedmodel/1/saved_model.pb was changed" in said.err
    assert said.out == ""


def test_issuing_is_silent_but_for_the_result(issued, capfd, tiny_run_dir):
    argv = ["issue", "--untraceable", str(tiny_run_dir), "--recipient", "Birch"]
    argv += ["--registry", str(issued / "r.db")]

    assert cli.main([*argv, "--to", str(issued / "birch")]) == 0

    assert capfd.readouterr().err == ""
