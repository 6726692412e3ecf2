"""The server as a program of its own."""

import pathlib
import signal
import subprocess
import sys

import numpy as np
import pytest

from export.server import __main__

from ...serving import asking
from ...serving import tiny_models

pytestmark = pytest.mark.slow

ROOT = pathlib.Path(__file__).parents[3]
PORTS = ("--rest-port", "0", "--grpc-port", "0")


def test_the_program_answers_until_it_is_told_to_stop(tmp_path):
    good = tiny_models.request(x=np.float32([1]))
    tiny_models.save(tiny_models.Plus(1), tmp_path / "plus" / "1", [good])
    command = [sys.executable, "-m", "export.server", str(tmp_path)]
    with subprocess.Popen(
        [*command, *PORTS], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        url = process.stdout.readline().split()[-1]
        answer = asking.ask(
            url, "POST", "/v1/models/plus:predict", {"instances": [1]}
        )
        process.send_signal(signal.SIGTERM)

    assert answer.json == {"predictions": [2.0]}
    assert process.returncode == 0


def test_the_program_says_why_it_cannot_start(tmp_path, capsys):
    handlers = {
        number: signal.getsignal(number)
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        code = __main__.main([str(tmp_path / "none"), *PORTS])
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)

    assert code == 1
    assert "no folder" in capsys.readouterr().err
