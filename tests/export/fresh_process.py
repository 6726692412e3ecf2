"""One fresh process for all tests that need one: TensorFlow starts slowly."""

import atexit
import functools
import os
from unittest import mock

import pytest

from export import fresh

from ..tiny_run import ROOT


@pytest.fixture(scope="session")
def fresh_process():
    """The process; it ends with the tests."""
    return _started()


@functools.cache
def _started():
    # Each module that imports the fixture has one of its own. This package
    # is there to be found, as in a process of whoever develops it.
    with mock.patch.dict(os.environ, PYTHONPATH=str(ROOT)):
        process = fresh.Process()
    atexit.register(process.close)
    return process
