"""Help, usage errors, named failures: what all commands have in common."""

import os
import subprocess
import sys

import pytest

from tf_fingerprint import cli

from ..tiny_run import ROOT
from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow


def in_a_process(code, *args):
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if "TF_CPP" not in k},
    )


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["attribut"],
        ["issue", "run", "--registry", "r.db"],
        ["generate", "run", "--num", "0", "--to", "p"],
        ["generate", "run", "--seed", "-1", "--to", "p"],
        "attribute x --run r --registry d --max-false-positive-rate 2".split(),
    ],
)
def test_usage_errors_exit_with_2(argv, capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(argv)

    assert exit_.value.code == 2
    assert "usage: tf-fingerprint" in capsys.readouterr().err


def test_a_named_failure_is_one_line_and_exit_1():
    process = in_a_process(
        "from tf_fingerprint import cli; cli.run()",
        *("attribute", "x.png", "--run", "pretrained"),
        *("--registry", "nowhere.db"),
    )

    assert process.returncode == 1
    assert process.stdout == ""
    [line] = process.stderr.splitlines()
    assert line.startswith("tf-fingerprint: nowhere.db: there is no such")


@pytest.mark.slow
def test_in_a_process_stdout_has_results_only(tiny_run_dir, tmp_path):
    process = in_a_process(
        "from tf_fingerprint import cli; cli.run()",
        *("generate", str(tiny_run_dir), "--num", "2", "--seed", "1"),
        *("--to", str(tmp_path / "made")),
    )

    assert process.returncode == 0, process.stderr
    assert "oneDNN" not in process.stderr
    assert process.stdout.splitlines() == [
        str(tmp_path / "made" / "00.png"),
        str(tmp_path / "made" / "01.png"),
    ]
