"""Whoever audits an accusation needs NumPy and a database, no more."""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[1]


def told(*arguments):
    """What a process in the repository prints, and its exit code."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_issued_attributed_and_verified_where_tensorflow_is_forbidden(tmp_path):
    done = told("-m", "tests.auditing_process", tmp_path)

    assert done.returncode == 0, done.stderr
    story = json.loads(done.stdout)
    assert story == {
        "recipient": "Acme",
        "matches": 64,
        "detected": True,
        "position": 3,  # A generator, and two issuances from it.
        "report": ["0001", "attributed"],
        "threshold": 92,
        "num_bits": 8,
        "loaded": [],
    }


def test_there_whatever_needs_keras_fails():
    code = (
        "from tests import auditing_process\nfrom tf_fingerprint import models"
    )

    done = told("-c", code)

    assert done.returncode == 1
    assert "import of keras halted" in done.stderr
