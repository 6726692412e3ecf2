"""Requests that arrive together run together, as production can do it."""

import dataclasses
import threading
from collections.abc import Mapping
from concurrent import futures

import tensorflow as tf

from export.server import loaded
from export.server import status


@dataclasses.dataclass(frozen=True)
class Batching:
    """How requests are merged before a model sees them.

    Args:
        max_batch_size: Rows that run together; a request of more is refused.
        timeout_seconds: That the first request waits for others.
        num_batch_threads: Batches that run at the same time. While all run,
            the next one goes on filling.
    """

    max_batch_size: int = 32
    timeout_seconds: float = 0.002
    num_batch_threads: int = 1

    def __post_init__(self):
        if self.max_batch_size < 1 or self.num_batch_threads < 1:
            raise ValueError(
                "`max_batch_size` and `num_batch_threads` must be at least 1. "
                f"Received: {self.max_batch_size!r}, "
                f"{self.num_batch_threads!r}"
            )


class _Batch:
    """Rows of several requests; one of these runs it for all."""

    def __init__(self):
        self.requests: list[Mapping[str, tf.Tensor]] = []
        self.size = 0
        self.is_full = threading.Event()
        self.outputs: futures.Future = futures.Future()

    def add(self, inputs, size):
        """The row at which the request begins."""
        start = self.size
        self.requests.append(inputs)
        self.size += size
        return start


class Batcher:
    """Merges requests to one signature that differ only in their rows.

    One that fails fails all that it was merged with: a graph that is served
    like this must not fail for a row.
    """

    def __init__(self, settings: Batching):
        self._settings = settings
        self._lock = threading.Lock()
        self._open: dict[object, _Batch] = {}
        self._running = threading.Semaphore(settings.num_batch_threads)

    def run(
        self,
        model: loaded.LoadedModel,
        name: str,
        inputs: Mapping[str, tf.Tensor],
    ) -> dict[str, tf.Tensor]:
        """Outputs of a signature for the rows of one request.

        Raises `StatusError` if the rows can't be counted or are too many, or if
        the graph refused the batch.
        """
        size = _num_rows(inputs)
        if size == 0:
            # Production leaves such a request waiting for ever.
            return model.run(name, inputs)
        if size > self._settings.max_batch_size:
            raise status.invalid(
                f"Task size {size} is larger than maximum input batch size "
                f"{self._settings.max_batch_size}"
            )
        key = id(model), name, _row_shapes(inputs)
        batch, start, leads = self._join(key, inputs, size)
        if leads:
            self._lead(key, batch, model, name)
        outputs = batch.outputs.result()
        return {
            alias: output[start : start + size]
            for alias, output in outputs.items()
        }

    def _join(self, key, inputs, size):
        """The batch, the request's first row in it, and whether it is new."""
        with self._lock:
            batch = self._open.get(key)
            room = self._settings.max_batch_size - (batch.size if batch else 0)
            leads = batch is None or room < size
            if leads:
                if batch is not None:
                    batch.is_full.set()
                batch = self._open[key] = _Batch()
            start = batch.add(inputs, size)
            if batch.size == self._settings.max_batch_size:
                batch.is_full.set()
            return batch, start, leads

    def _lead(self, key, batch, model, name):
        """Waits for others, then runs the batch for all."""
        batch.is_full.wait(self._settings.timeout_seconds)
        with self._running:
            with self._lock:
                if self._open.get(key) is batch:
                    del self._open[key]
            try:
                outputs = model.run(name, _merged(batch.requests))
                _check_rows(outputs, batch.size)
            except Exception as error:
                batch.outputs.set_exception(error)
            else:
                batch.outputs.set_result(outputs)


def _num_rows(inputs):
    sizes = {len(each.shape) and each.shape[0] for each in inputs.values()}
    has_scalar = any(not len(each.shape) for each in inputs.values())
    if has_scalar or len(sizes) != 1:
        raise status.invalid(
            "Batching Run() input tensors must have equal 0th-dimension size"
        )
    return sizes.pop()


def _row_shapes(inputs):
    return tuple(
        (alias, tuple(inputs[alias].shape[1:])) for alias in sorted(inputs)
    )


def _merged(requests):
    if len(requests) == 1:
        return requests[0]
    return {
        alias: tf.concat([inputs[alias] for inputs in requests], axis=0)
        for alias in requests[0]
    }


def _check_rows(outputs, size):
    for alias, output in outputs.items():
        if not len(output.shape) or output.shape[0] != size:
            raise status.StatusError(
                status.StatusCode.FAILED_PRECONDITION,
                f"Batched output `{alias}` must have {size} rows like the "
                f"requests together. It has shape {tuple(output.shape)}.",
            )
