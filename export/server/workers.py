"""A bounded number of threads, and a bounded queue before them."""

import threading
from collections.abc import Callable
from concurrent import futures
from typing import Any

from export.server import status


class Workers:
    """Runs models, never more requests at a time than it has threads.

    `max_waiting`: requests that may wait; those beyond are refused, so that a
    server with too much to do says so at once.
    """

    def __init__(self, *, threads: int, max_waiting: int):
        self.capacity = threads + max_waiting
        self._free = threading.BoundedSemaphore(self.capacity)
        self._pool = futures.ThreadPoolExecutor(threads, "model")

    def submit(self, function: Callable[..., Any], *args) -> futures.Future:
        """Begins a call as soon as a thread is free."""
        if not self._free.acquire(blocking=False):
            raise status.StatusError(
                status.StatusCode.UNAVAILABLE,
                f"{self.capacity} requests are running or waiting, which is "
                "all that this server takes. Try again later.",
            )
        try:
            future = self._pool.submit(function, *args)
        except RuntimeError:
            self._free.release()
            raise status.StatusError(
                status.StatusCode.UNAVAILABLE, "The server is shutting down."
            ) from None
        future.add_done_callback(lambda _: self._free.release())
        return future

    def close(self) -> None:
        """Waits for the calls that have begun and for those that wait."""
        self._pool.shutdown(wait=True)
