"""Processes that write bundles beside this one.

Most of a bundle's time goes into many short calls, of which Python makes one
at a time in a process, however many threads there are.
"""

import concurrent.futures
import contextlib
import multiprocessing
import os
import pathlib
import pickle
import signal
import threading
from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import process
from typing import Any

from tf_fingerprint import errors

# The one of a process that was started here.
_writers: list[Any] = []


@contextlib.contextmanager
def started(portable: Any, num_processes: int) -> Iterator[Callable[..., None]]:
    """Starts processes that write bundles, for a `with` statement.

    Each takes as long to start as to write a hundred bundles. They end with
    the block, and at once where this process is killed.

    Returns a function like `BundleWriter.write`, which returns nothing, for as
    many threads as there are processes. It raises an `ExportError` if a process
    dies.
    """
    pool = concurrent.futures.ProcessPoolExecutor(
        num_processes,
        # A copy of a process in which TensorFlow runs would stand still.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(pickle.dumps(portable),),
    )

    def write(record, folder: pathlib.Path, *, salt: bytes) -> None:
        try:
            pool.submit(_write, record, folder, salt).result()
        except process.BrokenProcessPool as error:
            raise errors.ExportError(
                "A process that writes bundles died, of too little memory or "
                "of what it said above. Bundles that are in their folder are "
                "whole. Go on with the same call and fewer workers."
            ) from error

    try:
        yield write
    finally:
        pool.shutdown(cancel_futures=True)


def _start(portable):
    """In a new process: makes ready to write, without tracing anything."""
    from tf_fingerprint.backends import quiet

    # Whether to stop is the first process's to say, and whether to live.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with quiet.stderr_unless_it_fails():
        _writers[:] = [_opened(portable)]


def _opened(portable):
    import tensorflow as tf

    # Every core has a process of its own, and the first may have the GPUs.
    tf.config.set_visible_devices([], "GPU")
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    from export.bundles import writer as bundle_writer

    return bundle_writer.BundleWriter.of_portable(pickle.loads(portable))


def _write(record, folder, salt):
    _writers[0].write(record, folder, salt=salt)


def _end_with_parent():
    multiprocessing.parent_process().join()
    os._exit(1)
