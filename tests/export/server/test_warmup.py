import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from export.server import status
from export.server import warmup

from ...serving import tiny_models


def write(folder, *logs):
    (folder / warmup.FILE).parent.mkdir()
    with tf.io.TFRecordWriter(str(folder / warmup.FILE)) as writer:
        for log in logs:
            writer.write(log.SerializeToString())


def log_of(number):
    log = prediction_log_pb2.PredictionLog()
    request = tiny_models.request(x=np.float32([number]))
    log.predict_log.request.CopyFrom(request)
    return log


def test_every_request_is_replayed_in_its_order(tmp_path):
    write(tmp_path, log_of(1), log_of(2))
    replayed = []

    assert warmup.replay(tmp_path, replayed.append) == 2
    assert replayed == [log_of(number).predict_log.request for number in (1, 2)]


def test_without_a_file_nothing_is_replayed(tmp_path):
    assert warmup.replay(tmp_path, lambda request: None) == 0


def test_more_requests_than_servers_take_are_refused(tmp_path):
    write(tmp_path, *[log_of(0)] * (warmup.MAX_RECORDS + 1))

    with pytest.raises(status.StatusError, match="more than 1000"):
        warmup.replay(tmp_path, lambda request: None)


def test_other_records_are_refused(tmp_path):
    write(tmp_path, prediction_log_pb2.PredictionLog())

    with pytest.raises(status.StatusError, match="no request to predict"):
        warmup.replay(tmp_path, lambda request: None)


def test_a_damaged_file_is_refused(tmp_path):
    write(tmp_path, log_of(1))
    path = tmp_path / warmup.FILE
    path.write_bytes(path.read_bytes()[:-3])

    with pytest.raises(tf.errors.DataLossError):
        warmup.replay(tmp_path, lambda request: None)
