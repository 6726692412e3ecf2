"""Silence while TensorFlow and converters write: progress, not results."""

import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator

from absl import logging as absl_logging

_LOGGERS = ("tensorflow", "tf2onnx")


@contextlib.contextmanager
def only_warnings() -> Iterator[None]:
    """Keeps what is less than a warning off the log, for a while."""
    before = {name: logging.getLogger(name).level for name in _LOGGERS}
    # Of absl's own logger the level is set anew behind our back.
    verbosity = absl_logging.get_verbosity()
    absl_logging.set_verbosity(min(verbosity, absl_logging.WARNING))
    for name, level in before.items():
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        absl_logging.set_verbosity(verbosity)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


@contextlib.contextmanager
def stderr_unless_it_fails() -> Iterator[None]:
    """Holds back what is written to stderr, also by C++; shows it on failure.

    For the process's only thread that writes there.
    """
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        except BaseException:
            sys.stderr.flush()
            said.seek(0)
            os.write(stderr, said.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(stderr, 2)
            os.close(stderr)
