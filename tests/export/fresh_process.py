"""One fresh process for all tests that need one: TensorFlow starts slowly."""

import atexit
import functools

import pytest

from export import fresh


@pytest.fixture(scope="session")
def fresh_process():
    """The process; it ends with the tests."""
    return _started()


@functools.cache
def _started():
    # Each module that imports the fixture has one of its own.
    process = fresh.Process()
    atexit.register(process.close)
    return process
