import numpy as np
import pytest
import tensorflow as tf

from export.server import core
from export.server import loaded
from export.server import metrics

from ...serving import tiny_models


class Waiting:
    """In place of a batcher, the one that requests would wait for."""

    def run(self, model, name, inputs):
        raise InterruptedError("merged")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plus") / "1"
    return loaded.LoadedModel(tiny_models.save(tiny_models.Plus(1), folder))


def test_nobody_waits_for_a_version_that_warms_up(model):
    answering = core.Core(
        None, metrics.Metrics(), max_tensor_bytes=100, batcher=Waiting()
    )
    request = tiny_models.request(x=np.float32([1]))

    response = answering.run(model, request)

    assert tf.make_ndarray(response.outputs["y"]).tolist() == [2.0]
    with pytest.raises(InterruptedError, match="merged"):
        answering.run(model, request, 1)


def test_one_input_takes_so_much_memory_and_no_more(model):
    answering = core.Core(None, metrics.Metrics(), max_tensor_bytes=8)

    answering.run(model, tiny_models.request(x=np.float32([1, 2])))
    with pytest.raises(core.status.StatusError, match="more than 8 bytes"):
        answering.run(model, tiny_models.request(x=np.float32([1, 2, 3])))
