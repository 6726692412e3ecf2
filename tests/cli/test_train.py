"""Trainings from the command line that don't come to their end."""

import os
import resource
import signal
import subprocess
import sys
import time

import pytest

from tf_fingerprint import config

from ..tiny_passive import of_sources
from ..tiny_passive import sources_dir as sources_dir
from ..tiny_passive import tiny_config
from ..tiny_run import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def command(sources_dir, tmp_path):
    """Begins to train for very long, under a limit to the size of files."""
    long = of_sources(tiny_config("training.images=10_000_000"), sources_dir)
    (tmp_path / "long.toml").write_text(config.to_toml(long))
    argv = ["train", str(tmp_path / "long.toml"), "--run-dir"]

    processes = []

    def begin(max_bytes=resource.RLIM_INFINITY):
        def prepare():
            resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, max_bytes))
            # Shells make what runs in the background ignore it.
            signal.signal(signal.SIGINT, signal.SIG_DFL)

        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tf_fingerprint.cli"),
                *(*argv, str(tmp_path / "run")),
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=prepare,
        )
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def own_lines(stderr):
    """What the command itself says, without TensorFlow's remarks."""
    lines = stderr.splitlines()
    assert "Traceback" not in stderr
    return [line for line in lines if line.startswith("tf-fingerprint: ")]


def test_an_interrupt_is_one_line_that_says_how_to_go_on(command, tmp_path):
    process = command()
    while not list(tmp_path.glob("run/checkpoints/latest*")):
        assert process.poll() is None
        time.sleep(0.1)

    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=300)

    assert process.returncode == 130
    [line] = own_lines(stderr)
    assert f"from the last checkpoint in {tmp_path / 'run'}" in line
    assert "`--resume`" in line


def test_a_disk_without_room_is_one_line(command, tmp_path):
    process = command(max_bytes=20_000)

    _, stderr = process.communicate(timeout=300)

    assert process.returncode == 1
    [line] = own_lines(stderr)
    assert f"{tmp_path / 'run'}: the run must be written" in line
    assert "File too large" in line
    assert "`--resume`" in line
    assert not list((tmp_path / "run" / "checkpoints").iterdir())
