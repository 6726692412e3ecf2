"""Asking a server from the command line costs no TensorFlow."""

import subprocess
import sys

import pytest

from ..export.client import answering
from ..tiny_run import ROOT

pytestmark = pytest.mark.slow


def test_asking_from_the_command_line_needs_no_tensorflow(tmp_path):
    file = tmp_path / "found.png"
    file.write_bytes(answering.picture_by("acme"))

    with answering.rest_server() as server:
        process = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; from tf_fingerprint import cli\n"
                "status = cli.main(sys.argv[1:])\n"
                "heavy = {'tensorflow', 'keras', 'sqlalchemy'}\n"
                "sys.exit(', '.join(heavy & set(sys.modules)) or status)",
                *("attribute", str(file), "--server", server.url),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )

    assert process.returncode == 0, process.stderr
    assert " acme " in process.stdout
