"""Requests for a server to start with."""

import numpy as np
import pytest
import tensorflow as tf

from export.publishing import warmup
from tf_fingerprint import errors

EXAMPLES = {
    "serving_default": [
        {"image_bytes": np.array([b"\x89PNG"], object)},
        {"image_bytes": np.array([b"a", b""], object)},
    ],
    "latents": [{"latents": np.ones((2, 3), "float32"), "seed": np.zeros(2)}],
}


def test_requests_come_back_as_they_were(tmp_path):
    warmup.write(tmp_path, EXAMPLES)

    requests = warmup.read_requests(tmp_path)

    names = [each.model_spec.signature_name for each in requests]
    assert names == ["serving_default", "serving_default", "latents"]
    assert [each.model_spec.name for each in requests] == [""] * 3
    expected = [each for group in EXAMPLES.values() for each in group]
    for request, arrays in zip(requests, expected, strict=True):
        assert set(request.inputs) == set(arrays)
        for name, array in arrays.items():
            value = tf.make_ndarray(request.inputs[name])
            assert value.dtype == array.dtype
            np.testing.assert_array_equal(value, array)


def test_the_file_is_where_servers_look(tmp_path):
    path = warmup.write(tmp_path, EXAMPLES)

    assert path == tmp_path / "assets.extra" / "tf_serving_warmup_requests"


@pytest.mark.parametrize("number", [0, 1001])
def test_refuses_more_than_servers_take(tmp_path, number):
    examples = {"serving_default": EXAMPLES["latents"] * number}

    with pytest.raises(errors.ExportError, match=f"Received {number}"):
        warmup.write(tmp_path, examples)


def test_nothing_is_read_where_there_is_nothing(tmp_path):
    assert warmup.read_requests(tmp_path) == []


def test_replays_in_order_and_names_what_fails(tmp_path):
    def answer(request):
        if request.model_spec.signature_name == "latents":
            raise RuntimeError("Matrix too small.")
        return len(request.inputs)

    warmup.write(tmp_path, {"serving_default": EXAMPLES["serving_default"]})
    assert warmup.replay(tmp_path, answer) == [1, 1]

    warmup.write(tmp_path, EXAMPLES)
    with pytest.raises(
        errors.ExportError, match="request 2, for signature `latents`.*small"
    ):
        warmup.replay(tmp_path, answer)


def test_says_that_a_file_is_damaged(tmp_path):
    path = warmup.write(tmp_path, EXAMPLES)
    path.write_bytes(path.read_bytes()[:-9])

    with pytest.raises(errors.ExportError, match="Publish the servable again"):
        warmup.read_requests(tmp_path)
