"""Messages against the originals, and tensors against TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow.core.framework import tensor_shape_pb2
from tensorflow_serving.apis import model_pb2
from tensorflow_serving.apis import predict_pb2

from export.client import messages

ORIGINALS = {
    "Dim": tensor_shape_pb2.TensorShapeProto.Dim,
    "TensorShapeProto": tensor_shape_pb2.TensorShapeProto,
    "TensorProto": tensor_pb2.TensorProto,
    "ModelSpec": model_pb2.ModelSpec,
    "PredictRequest": predict_pb2.PredictRequest,
    "PredictResponse": predict_pb2.PredictResponse,
}


def parsed(tensor):
    """Ours, of what was sent as TensorFlow's."""
    response = predict_pb2.PredictResponse()
    response.outputs["values"].CopyFrom(tensor)
    content = response.SerializeToString()
    return messages.columns(messages.parse_response(content))["values"]


@pytest.mark.parametrize("name", ORIGINALS)
def test_fields_are_the_originals(name):
    original = ORIGINALS[name].DESCRIPTOR

    for field, (number, kind) in messages.MESSAGES[name].items():
        theirs = original.fields_by_name[field]
        assert theirs.number == number
        assert theirs.is_repeated == kind.startswith("repeated ")
        kind = kind.removeprefix("repeated ")
        if theirs.enum_type:
            assert kind == "int32"
        elif kind == "Entry":
            assert theirs.message_type.GetOptions().map_entry
        elif theirs.message_type:
            assert theirs.message_type.name == kind
        else:
            named = f"TYPE_{kind.upper()}"
            assert theirs.type == getattr(theirs, named)


def test_a_request_is_the_original_request():
    sent = messages.serialize(
        messages.request([b"\xff\x00", b""], "attribution", "stable")
    )

    request = predict_pb2.PredictRequest.FromString(sent)
    assert request.model_spec.name == "attribution"
    assert request.model_spec.version_label == "stable"
    images = tf.io.parse_tensor(
        request.inputs["image_bytes"].SerializeToString(), tf.string
    )
    assert images.numpy().tolist() == [b"\xff\x00", b""]


@pytest.mark.parametrize(
    "array",
    [
        np.array([1.5, -2.25], np.float32),
        np.array([2.0**-128, 1.0]),
        np.array([[1, 0], [0, -1]], np.int32),
        np.array([2**40, -(2**40)]),
        np.array(["", "ä"], object),
    ],
    ids=lambda array: str(array.dtype),
)
def test_tensors_are_read_in_every_form(array):
    in_fields = tensor_pb2.TensorProto(
        dtype=tf.as_dtype(array.dtype).as_datatype_enum,
        tensor_shape=tf.TensorShape(array.shape).as_proto(),
    )
    if array.dtype == object:
        in_fields.string_val.extend(each.encode() for each in array)
    else:
        field, _ = messages._NUMBERS[in_fields.dtype]
        getattr(in_fields, field).extend(array.ravel().tolist())

    assert parsed(in_fields) == array.tolist()
    assert parsed(tf.make_tensor_proto(array)) == array.tolist()


def test_strings_in_memory_form_are_read_as_tensorflow_reads_them():
    strings = [b"", b"x" * 300, "ä".encode()]
    tensor = tensor_pb2.TensorProto(dtype=tf.string.as_datatype_enum)
    tensor.tensor_shape.dim.add(size=3)
    tensor.tensor_content = b"\x00\xac\x02\x02" + b"".join(strings)

    theirs = tf.io.parse_tensor(tensor.SerializeToString(), tf.string)
    assert theirs.numpy().tolist() == strings
    assert parsed(tensor) == [each.decode() for each in strings]


@pytest.mark.parametrize("held", [[5], []])
def test_the_last_value_stands_for_all_that_follow(held):
    tensor = tensor_pb2.TensorProto(
        dtype=tf.int32.as_datatype_enum, int_val=held
    )
    tensor.tensor_shape.dim.add(size=3)

    theirs = tf.io.parse_tensor(tensor.SerializeToString(), tf.int32)
    assert parsed(tensor) == theirs.numpy().tolist()


@pytest.mark.parametrize(
    ("size", "fields"),
    [
        (-1, {"int_val": [1]}),
        (2**40, {"int_val": [1]}),
        (1, {"int_val": [1, 2]}),
        (2, {"tensor_content": b"\x00\x00"}),
        (1, {"dtype": 7, "tensor_content": b"\x80"}),
        (1, {"dtype": 7, "tensor_content": b"\x05abc"}),
        (1, {"dtype": 7, "string_val": [b"\xff"]}),
        (1, {"dtype": 19}),
    ],
)
def test_what_is_no_tensor_is_refused(size, fields):
    tensor = tensor_pb2.TensorProto(**{"dtype": 3} | fields)
    tensor.tensor_shape.dim.add(size=size)

    with pytest.raises(ValueError):
        parsed(tensor)
