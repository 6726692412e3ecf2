"""The messages of TensorFlow Serving's gRPC API that a client needs.

`tensorflow-serving-api` has them all, but importing it imports TensorFlow. What
goes over the wire knows field numbers only, so that the few fields here are
the same messages; a test holds them against the originals.
"""

import functools
import math
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

PREDICT = "/tensorflow.serving.PredictionService/Predict"

# Of each message: field, number, type. A map is a repeated key with a value.
MESSAGES = {
    "Dim": {"size": (1, "int64")},
    "TensorShapeProto": {"dim": (2, "repeated Dim")},
    "TensorProto": {
        "dtype": (1, "int32"),
        "tensor_shape": (2, "TensorShapeProto"),
        "tensor_content": (4, "bytes"),
        "float_val": (5, "repeated float"),
        "double_val": (6, "repeated double"),
        "int_val": (7, "repeated int32"),
        "string_val": (8, "repeated bytes"),
        "int64_val": (10, "repeated int64"),
    },
    "ModelSpec": {
        "name": (1, "string"),
        "signature_name": (3, "string"),
        "version_label": (4, "string"),
    },
    "Entry": {"key": (1, "string"), "value": (2, "TensorProto")},
    "PredictRequest": {
        "model_spec": (1, "ModelSpec"),
        "inputs": (2, "repeated Entry"),
    },
    "PredictResponse": {
        "outputs": (1, "repeated Entry"),
        "model_spec": (2, "ModelSpec"),
    },
}

_STRING = 7

# Of each number's type: the field that it stands in, and NumPy's name of it.
_NUMBERS = {
    1: ("float_val", "<f4"),
    2: ("double_val", "<f8"),
    3: ("int_val", "<i4"),
    9: ("int64_val", "<i8"),
}

# A tensor can claim a size that its few bytes don't have.
_MAX_VALUES = 2**24


def request(images: Sequence[bytes], model: str, label: str | None) -> Any:
    """A `PredictRequest` for images."""
    message = _classes()["PredictRequest"]()
    message.model_spec.name = model
    if label is not None:
        message.model_spec.version_label = label
    entry = message.inputs.add(key="image_bytes")
    entry.value.dtype = _STRING
    entry.value.tensor_shape.dim.add(size=len(images))
    entry.value.string_val.extend(images)
    return message


def serialize(message: Any) -> bytes:
    """A message as it is sent."""
    return message.SerializeToString()


def parse_response(content: bytes) -> Any:
    """A `PredictResponse` from what was received."""
    return _classes()["PredictResponse"].FromString(content)


def columns(response: Any) -> Mapping[str, list[Any]]:
    """Outputs of a `PredictResponse`, by name, as lists."""
    return {entry.key: values(entry.value) for entry in response.outputs}


def values(tensor: Any) -> list[Any]:
    """What a `TensorProto` holds; strings as text.

    `tensor`: the message, however a server filled it: typed fields, of which
    the last may stand for all that follow, or the bytes of memory.
    """
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    count = math.prod(shape)
    if not shape or min(shape) < 0 or count > _MAX_VALUES:
        raise ValueError(f"A tensor can't have the shape {shape}")
    if tensor.dtype == _STRING:
        held = list(tensor.string_val) or _strings(tensor.tensor_content, count)
        array = np.array([each.decode() for each in held], object)
    elif tensor.dtype in _NUMBERS:
        field, dtype = _NUMBERS[tensor.dtype]
        array = (
            np.frombuffer(tensor.tensor_content, dtype)
            if tensor.tensor_content
            else np.array(getattr(tensor, field), dtype)
        )
    else:
        raise ValueError(f"A tensor of type {tensor.dtype} was not expected")
    if len(array) and len(array) < count:
        array = np.pad(array, (0, count - len(array)), mode="edge")
    if not len(array):
        empty = "" if tensor.dtype == _STRING else 0
        array = np.full(count, empty, array.dtype)
    return array.reshape(shape).tolist()


def _strings(content, count):
    """Strings from a tensor's memory: all lengths, then all of them."""
    lengths, place = [], 0
    while content and len(lengths) < count:
        length, place = _varint(content, place)
        lengths.append(length)
    strings = []
    for length in lengths:
        strings.append(content[place : place + length])
        place += length
    if place != len(content):
        raise ValueError("A tensor's strings are not as long as it says")
    return strings


def _varint(content, place):
    """A number of seven bits a byte, and where it ends."""
    number = 0
    for position, byte in enumerate(content[place : place + 10]):
        number |= (byte & 0x7F) << 7 * position
        if byte < 0x80:
            return number, place + position + 1
    raise ValueError("A tensor's strings end within their lengths")


@functools.cache
def _classes():
    """The messages, in a pool of their own: TensorFlow has its own later."""
    from google.protobuf import descriptor_pb2
    from google.protobuf import descriptor_pool
    from google.protobuf import message_factory

    package = "tf_fingerprint.serving"
    file = descriptor_pb2.FileDescriptorProto(
        name="tf_fingerprint/serving.proto", package=package, syntax="proto3"
    )
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            *repeated, kind = kind.split()
            described = message.field.add(name=field, number=number)
            described.label = 3 if repeated else 1
            if kind in MESSAGES:
                described.type_name = f".{package}.{kind}"
                kind = "message"
            described.type = descriptor_pb2.FieldDescriptorProto.Type.Value(
                f"TYPE_{kind.upper()}"
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"{package}.{name}")
        )
        for name in MESSAGES
    }
