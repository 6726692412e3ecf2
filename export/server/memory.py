"""Memory that requests took, given back while nobody asks.

The C library keeps what is freed for the next request. After large ones, and
after many in many threads, that is hundreds of megabytes in pieces.
"""

import ctypes
import gc
import threading
import time

# Of one processor: less than this share of it, and nobody is asking.
IDLE = 0.1


class Returning:
    """Gives memory back whenever a busy process becomes idle.

    Whether it is busy is the processor's to say: requests that are refused
    early take memory too.

    `interval_seconds`: between two looks. The process counts as idle if it was
    so for as long.
    """

    def __init__(self, interval_seconds: float = 2.0):
        self._interval_seconds = interval_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(
            target=self._keep_looking, name="memory", daemon=True
        )

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def close(self) -> None:
        """Stops looking."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _keep_looking(self):
        was_busy, before = False, time.process_time()
        while not self._stopped.wait(self._interval_seconds):
            now = time.process_time()
            is_busy = now - before > IDLE * self._interval_seconds
            if was_busy and not is_busy:
                give_back()
                now = time.process_time()
            was_busy, before = is_busy, now


def give_back() -> None:
    """Gives back what nobody uses: Python's, then what the C library holds."""
    # An error and the calls it went through may hold each other, and a body.
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    # Other C libraries keep less, or can't be asked.
    if trim is not None:
        trim(0)
