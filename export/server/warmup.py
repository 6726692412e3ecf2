"""Requests that a version answers before anybody else's reach it."""

import pathlib
from collections.abc import Callable

import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_log_pb2

from export.server import status

FILE = pathlib.Path("assets.extra", "tf_serving_warmup_requests")
MAX_RECORDS = 1000


def replay(
    directory: pathlib.Path,
    predict: Callable[[predict_pb2.PredictRequest], object],
) -> int:
    """Sends a version the requests that were written beside it.

    Returns how many there were; 0 without a file.
    """
    path = directory / FILE
    if not path.exists():
        return 0
    num_records = 0
    for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
        num_records += 1
        if num_records > MAX_RECORDS:
            raise status.invalid(
                f"{path} holds more than {MAX_RECORDS} requests, which a "
                "server refuses to replay."
            )
        log = prediction_log_pb2.PredictionLog.FromString(record)
        if not log.HasField("predict_log"):
            raise status.StatusError(
                status.StatusCode.UNIMPLEMENTED,
                f"Record {num_records} of {path} is no request to predict.",
            )
        predict(log.predict_log.request)
    return num_records
