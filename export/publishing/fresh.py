"""A fresh process that can import neither this package nor Keras.

What is exported is tried there, as its recipients and servers will use it.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
from typing import Any

from tf_fingerprint import errors

SCRIPT = pathlib.Path(__file__).with_name("fresh_script.py")


class Process:
    """Starts the process; one can try many SavedModels.

    A context manager: the process ends with the block.

    `timeout_seconds`: that one job may take; the process ends with one that
    takes longer.
    """

    def __init__(self, timeout_seconds: float = 1800.0):
        self._timeout_seconds = timeout_seconds
        self._is_too_slow = False
        self._said = tempfile.TemporaryFile()
        self._lock = threading.Lock()
        environment = os.environ | {
            # The processor is enough; the devices may be somebody else's.
            "CUDA_VISIBLE_DEVICES": "-1",
            "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),
        }
        self._process = subprocess.Popen(
            # Not even the script's own folder may be imported from.
            [sys.executable, "-P", str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        # For types: both are pipes.
        self._asked: Any = self._process.stdin
        self._answered: Any = self._process.stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        """Ends the process."""
        # Of a process that died there may be a job left that nobody takes.
        with contextlib.suppress(BrokenPipeError):
            self._asked.close()
        self._process.wait()
        self._answered.close()
        self._said.close()

    def run(self, job: str, **arguments: Any) -> Any:
        """Has a job done."""
        with self._lock, self._limited():
            try:
                line = json.dumps({"job": job, **arguments})
                self._asked.write(line + "\n")
                self._asked.flush()
                answer = self._answered.readline()
            except BrokenPipeError:
                answer = ""
        if not answer and self._is_too_slow:
            raise errors.ExportError(
                "The process that tries what was exported must be done with "
                f"`{job}` within {self._timeout_seconds:g} seconds. It was "
                "not, and was ended. Nothing was published; try again when "
                "this machine has less to do."
            )
        if not answer:
            raise errors.ExportError(
                "The process that tries what was exported died. It said: "
                f"{self._last_words()} Nothing was published."
            )
        answer = json.loads(answer)
        if "error" in answer:
            raise errors.ExportError(
                "What was exported must work in a process without Keras and "
                f"without this package. There: {answer['error']}. Nothing was "
                "published."
            )
        return answer["result"]

    @contextlib.contextmanager
    def _limited(self):
        """Ends the process if the block takes too long."""
        timer = threading.Timer(self._timeout_seconds, self._end)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def _end(self):
        self._is_too_slow = True
        self._process.kill()

    def _last_words(self):
        """The end of what the process wrote to stderr."""
        self._process.wait()
        self._said.seek(0)
        return self._said.read().decode("utf-8", "replace")[-500:].strip()


# What starts a process that ends with the `with` statement.
started = Process
