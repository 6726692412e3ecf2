import threading

import pytest

from export.server import status
from export.server import workers


@pytest.fixture
def held():
    """Keeps calls running until the test ends."""
    go_on = threading.Event()
    yield go_on
    go_on.set()


def test_a_call_returns_what_the_function_returns():
    pool = workers.Workers(threads=1, max_waiting=0)

    assert pool.submit(pow, 2, 5).result() == 32
    pool.close()


def test_calls_beyond_those_that_may_wait_are_refused(held):
    pool = workers.Workers(threads=1, max_waiting=2)
    calls = [pool.submit(held.wait) for _ in range(3)]

    with pytest.raises(status.StatusError) as raised:
        pool.submit(held.wait)

    assert raised.value.code == status.StatusCode.UNAVAILABLE
    held.set()
    assert all(call.result() for call in calls)
    pool.close()


def test_a_call_that_nobody_waits_for_any_longer_makes_room(held):
    pool = workers.Workers(threads=1, max_waiting=1)
    pool.submit(held.wait)
    assert pool.submit(held.wait).cancel()

    assert not pool.submit(held.wait).done()
    held.set()
    pool.close()


def test_a_closed_pool_refuses_and_closing_waits(held):
    pool = workers.Workers(threads=1, max_waiting=1)
    call = pool.submit(held.wait, 0.05)
    pool.close()

    assert call.done()
    with pytest.raises(status.StatusError, match="shutting down"):
        pool.submit(held.wait)
