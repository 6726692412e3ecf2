"""Lets the threads that read ahead finish before Python ends."""

import atexit
import threading
import time
import weakref
from collections.abc import Callable

import numpy as np

# What a starved thread may need between two reads.
QUIET_SECONDS = 1.0

_readers: "weakref.WeakSet[Reader]" = weakref.WeakSet()


class Reader:
    """A function that TensorFlow's threads call, until Python ends.

    `tf.data` reads ahead in threads of its own. One that waits for Python when
    Python is ending waits for ever, and so does the process: after Ctrl-C, or
    wherever an iterator is alive at the end. So at the end there is nothing
    more to read, and what is being read is waited for.
    """

    def __init__(self, read: Callable[[int], np.ndarray]):
        self._read = read
        self._lock = threading.Lock()
        self._num_running = 0
        self._last_call = 0.0
        self._ended = False
        _readers.add(self)

    def __call__(self, step: int) -> np.ndarray:
        """The batch of a number.

        Raises `StopIteration` if Python is ending, which ends the dataset.
        """
        with self._lock:
            self._last_call = time.monotonic()
            if self._ended:
                raise StopIteration
            self._num_running += 1
        try:
            return self._read(step)
        finally:
            with self._lock:
                self._num_running -= 1
                self._last_call = time.monotonic()

    def end(self) -> None:
        """Waits until nothing reads; costs nothing if nothing ever did."""
        with self._lock:
            self._ended = True
        while self._busy():
            time.sleep(0.01)

    def _busy(self):
        """Whether a thread reads, or may be about to."""
        with self._lock:
            quiet = time.monotonic() - self._last_call
            return self._num_running > 0 or quiet < QUIET_SECONDS


@atexit.register
def _end_all():
    """Ends the readers of datasets and iterators that are still alive."""
    for reader in list(_readers):
        reader.end()
