"""From the JSON of a request to the message that the core answers."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import model_pb2
from tensorflow_serving.apis import predict_pb2

from export.server import json_document
from export.server import status
from export.server import tensors

# JSON numbers of small types are held to 32 bits, and wrap like C's.
INTEGERS = dict.fromkeys(tensors.INT_VAL, (-(2**31), 2**31 - 1)) | {
    tf.int64: (-(2**63), 2**63 - 1),
    tf.uint32: (0, 2**32 - 1),
    tf.uint64: (0, 2**64 - 1),
}
FLOATS = {tf.float32: np.float32, tf.float64: np.float64}

MAX_RANK = 254


def to_request(
    body: bytes,
    spec: model_pb2.ModelSpec,
    signature_of: Callable[[str], meta_graph_pb2.SignatureDef],
) -> tuple[predict_pb2.PredictRequest, bool]:
    """Reads a request to predict."""
    document = json_document.parse(body)
    name = document.get("signature_name", "serving_default")
    if not isinstance(name, str):
        raise status.invalid("`signature_name` must be a string")
    inputs = signature_of(name).inputs
    in_rows = "instances" in document
    if in_rows == ("inputs" in document):
        raise status.invalid(
            "JSON Value: exactly one of `instances` and `inputs` must be given"
        )
    request = predict_pb2.PredictRequest(model_spec=spec)
    request.model_spec.signature_name = name
    values = (
        _columns_of_rows(document["instances"], inputs)
        if in_rows
        else _columns(document["inputs"], inputs)
    )
    for alias, value in values.items():
        dtype = tf.as_dtype(inputs[alias].dtype)
        if dtype not in {*INTEGERS, *FLOATS, tf.bool, tf.string}:
            raise status.StatusError(
                status.StatusCode.INVALID_ARGUMENT
                if in_rows
                else status.StatusCode.UNIMPLEMENTED,
                f"Input `{alias}` is of type {dtype.name}, which JSON can't "
                "hold. Use gRPC.",
            )
        request.inputs[alias].CopyFrom(_message(alias, value, dtype))
    return request, in_rows


def _columns_of_rows(rows, inputs):
    """From input name to the list of its values, one a row."""
    if not isinstance(rows, list) or not rows:
        raise status.invalid("`instances` must be a list that is not empty")
    if not _is_object(rows[0]):
        if len(inputs) != 1 or any(map(_is_object, rows)):
            raise status.invalid(
                "`instances` must hold objects with the members "
                f"{sorted(inputs)} in every row"
            )
        return {alias: rows for alias in inputs}
    for number, row in enumerate(rows):
        if not _is_object(row) or set(row) != set(inputs):
            raise status.invalid(
                f"Failed to process element {number} of `instances`: it must "
                f"be an object with the members {sorted(inputs)}"
            )
    return {alias: [row[alias] for row in rows] for alias in inputs}


def _columns(value, inputs):
    """From input name to its value; members that nobody asks for are left."""
    if not _is_object(value):
        if len(inputs) != 1:
            raise status.invalid(
                f"`inputs` must be an object with the members {sorted(inputs)}"
            )
        return {alias: value for alias in inputs}
    missing = set(inputs) - set(value)
    if missing:
        raise status.invalid(f"`inputs` lacks {sorted(missing)}")
    return {alias: value[alias] for alias in inputs}


def _is_object(value):
    """Whether members are names, and not one string's binary form."""
    return isinstance(value, dict) and not _is_binary(value)


def _is_binary(value):
    return (
        isinstance(value, dict)
        and list(value) == ["b64"]
        and isinstance(value["b64"], str)
    )


def _message(alias: str, value: Any, dtype: tf.DType):
    sizes, flat = _flatten(alias, value)
    message = tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum)
    for size in sizes:
        message.tensor_shape.dim.add().size = size
    field = getattr(message, tensors.FIELDS[dtype])
    try:
        field.extend(_checked(flat, dtype))
    except (OverflowError, UnicodeEncodeError, binascii.Error) as error:
        raise status.invalid(f"JSON Value of `{alias}`: {error}") from None
    except TypeError as error:
        raise status.invalid(
            f"JSON Value of `{alias}` must be of type {dtype.name}, but {error}"
        ) from None
    return message


def _flatten(alias, value):
    """Shape and values of nested lists; without recursion."""
    sizes, level = [], [value]
    while level and isinstance(level[0], list):
        size = len(level[0])
        if len(sizes) == MAX_RANK:
            raise status.invalid(f"JSON Value of `{alias}` is nested too deep")
        if any(type(each) is not list or len(each) != size for each in level):
            raise status.invalid(
                f"JSON Value of `{alias}`: lists of one level must have the "
                "same length"
            )
        sizes.append(size)
        level = [element for each in level for element in each]
    return sizes, level


def _checked(flat, dtype):
    """The values as the message's field takes them; raises `TypeError`."""
    if dtype == tf.string:
        return [_bytes(each) for each in flat]
    if dtype == tf.bool:
        _require({bool}, flat)
        return flat
    if dtype in FLOATS:
        _require({int, float}, flat)
        with np.errstate(over="ignore"):
            return np.asarray(flat, np.float64).astype(FLOATS[dtype])
    _require({int}, flat)
    lowest, highest = INTEGERS[dtype]
    if flat and not lowest <= min(flat) <= max(flat) <= highest:
        raise OverflowError(f"not all lie between {lowest} and {highest}")
    return flat


def _require(types, flat):
    strange = set(map(type, flat)) - types
    if strange:
        raise TypeError(f"has {sorted(each.__name__ for each in strange)}")


def _bytes(value):
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if _is_binary(value):
        return _decoded(value["b64"])
    raise TypeError(f"has {type(value).__name__}")


def _decoded(text):
    """Standard base64, of which padding and white space may be missing."""
    text = re.sub(r"\s", "", text)
    if "=" not in text:
        text += "=" * (-len(text) % 4)
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise binascii.Error(f"no base64: {error}") from None
