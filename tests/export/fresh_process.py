"""One fresh process for all tests that need one: TensorFlow starts slowly."""

import pytest

from export import fresh


@pytest.fixture(scope="session")
def fresh_process():
    """The process; it ends with the tests."""
    with fresh.Process() as process:
        yield process
