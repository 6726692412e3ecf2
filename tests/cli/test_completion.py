"""A script for a shell completes every command."""

import shutil
import subprocess

import pytest

from tf_fingerprint import cli
from tf_fingerprint.cli import parser

pytest.importorskip("shtab")


def test_bash_completes_commands_and_options(capsys, tmp_path):
    assert cli.main(["completion", "bash"]) == 0
    script = tmp_path / "completion.bash"
    script.write_text(capsys.readouterr().out)

    def completed(*words):
        ran = subprocess.run(
            [
                shutil.which("bash"),
                "-c",
                f"source {script}; COMP_WORDS=({' '.join(words)} ''); "
                f"COMP_CWORD={len(words)}; "
                "_shtab_tf_fingerprint; echo ${COMPREPLY[@]}",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout.split()

    assert set(completed("tf-fingerprint")) >= set(parser.COMMANDS)
    assert {"list", "push"} <= set(completed("tf-fingerprint", "runs"))
