"""Processes that say what they do, and are killed at it."""

import os
import pathlib
import signal
import sqlite3
import subprocess
import sys

import tf_fingerprint

ROOT = pathlib.Path(tf_fingerprint.__file__).parents[1]


def start_python(*arguments):
    process = subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process):
    process.send_signal(signal.SIGKILL)
    with process:
        # Not `communicate`: that forgets what `readline` has read ahead.
        output = process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    return output


def steps_of(output):
    """What a process said it had done: (step, id, fingerprint) each."""
    # What follows the last line break was cut off by a kill.
    return [tuple(line.split()) for line in output.split("\n")[:-1]]


def assert_database_is_sound(path):
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def begin(process):
    """Lets a process go that has said it is ready."""
    process.stdin.write("go\n")
    process.stdin.flush()
    return process
