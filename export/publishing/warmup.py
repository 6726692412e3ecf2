"""Requests that a server answers before a version is announced as ready.

TensorFlow Serving replays `assets.extra/tf_serving_warmup_requests`; a request
in it that fails keeps the whole version from being loaded.
"""

import os
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from export.servables import servable
from tf_fingerprint import errors

EXTRAS = "assets.extra"
FILE = "tf_serving_warmup_requests"

# TensorFlow Serving refuses a file of more.
MAX_REQUESTS = 1000


def write(
    directory: str | os.PathLike,
    examples: Mapping[str, Sequence[servable.Request]],
) -> pathlib.Path:
    """Writes one record for each example, with its signature's name."""
    _, prediction_logs = _protos()
    number = sum(len(requests) for requests in examples.values())
    if not 1 <= number <= MAX_REQUESTS:
        raise errors.ExportError(
            f"A server is warmed up with 1 to {MAX_REQUESTS} requests. "
            f"Received {number}. Give the servable other `examples`."
        )
    path = pathlib.Path(directory, EXTRAS, FILE)
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as file:
        for request in requests_of(examples):
            log = prediction_logs.PredictionLog()
            log.predict_log.request.CopyFrom(request)
            file.write(log.SerializeToString())
    return path


def requests_of(
    examples: Mapping[str, Sequence[servable.Request]],
) -> Iterator[Any]:
    """The examples in the protocol's form."""
    predictions, _ = _protos()
    for signature, requests in examples.items():
        for each in requests:
            request = predictions.PredictRequest()
            request.model_spec.signature_name = signature
            for name, array in each.items():
                request.inputs[name].CopyFrom(tf.make_tensor_proto(array))
            yield request


def read_requests(directory: str | os.PathLike) -> list[Any]:
    """What a SavedModel is warmed up with.

    Returns `PredictRequest`s, in the order of the file; none if there is no
    file.
    """
    _, prediction_logs = _protos()
    path = pathlib.Path(directory, EXTRAS, FILE)
    if not path.exists():
        return []
    records = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    try:
        logs = [prediction_logs.PredictionLog.FromString(r) for r in records]
    except Exception as error:
        raise errors.ExportError(
            f"{path}: must be a TFRecord file of PredictionLog. It can't be "
            f"read: {error}. Publish the servable again."
        ) from error
    return [log.predict_log.request for log in logs]


def replay(
    directory: str | os.PathLike, answer: Callable[[Any], Any]
) -> list[Any]:
    """Asks everything that a server would ask, and lets nothing fail."""
    answers = []
    for number, request in enumerate(read_requests(directory)):
        try:
            answers.append(answer(request))
        except Exception as error:
            raise errors.ExportError(
                f"{directory}: warm-up request {number}, for signature "
                f"`{request.model_spec.signature_name}`, fails: {error} No "
                "server would load this version. Publish one that answers it."
            ) from error
    return answers


def _protos():
    """The protocol's `predict_pb2` and `prediction_log_pb2`."""
    try:
        from tensorflow_serving.apis import predict_pb2
        from tensorflow_serving.apis import prediction_log_pb2
    except ImportError as error:
        raise errors.ExportError(
            "Warm-up requests need the package tensorflow-serving-api, which "
            "can't be imported. Install it with `pip install "
            "'tf-fingerprint[serving]'`."
        ) from error
    return predict_pb2, prediction_log_pb2
