"""From the core's answer to JSON, number for number as production prints it."""

import base64
import math
import re
from collections.abc import Mapping

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from export.server import status
from export.server import tensors

DIGITS = {tf.float32: 9, tf.float64: 17}
ESCAPED = re.compile(rb'["\\\x00-\x1f]')
SHORT = {
    b'"': rb"\"",
    b"\\": rb"\\",
    b"\b": rb"\b",
    b"\f": rb"\f",
    b"\n": rb"\n",
    b"\r": rb"\r",
    b"\t": rb"\t",
}


def to_json(
    outputs: Mapping[str, tensor_pb2.TensorProto], *, in_rows: bool
) -> bytes:
    """The body that answers a request.

    `outputs`: tensors by name. Those whose name ends in `_bytes` are written in
    base64.
    """
    arrays = {alias: outputs[alias] for alias in sorted(outputs)}
    if in_rows:
        rows = _rows(arrays)
        return b'{"predictions": [' + b", ".join(rows) + b"]}"
    values = {
        alias: _nest(_tokens(alias, message), _sizes(message))[0]
        for alias, message in arrays.items()
    }
    return b'{"outputs": ' + _one_or_object(values) + b"}"


def _rows(outputs):
    columns, num_rows = {}, None
    for alias, message in outputs.items():
        sizes = _sizes(message)
        if not sizes:
            raise status.invalid(
                f"Tensor name: {alias} has no shape information"
            )
        if num_rows not in (None, sizes[0]):
            raise status.invalid(
                f"Tensor name: {alias} has inconsistent batch size: "
                f"{sizes[0]} expecting: {num_rows}"
            )
        num_rows = sizes[0]
        columns[alias] = _nest(_tokens(alias, message), sizes, keep=1)
    for number in range(num_rows or 0):
        yield _one_or_object(
            {alias: column[number] for alias, column in columns.items()}
        )


def _one_or_object(values):
    if len(values) == 1:
        return next(iter(values.values()))
    members = [_string(key.encode()) + b": " + values[key] for key in values]
    return b"{" + b", ".join(members) + b"}"


def _sizes(message):
    return [dimension.size for dimension in message.tensor_shape.dim]


def _nest(tokens, sizes, keep=0):
    """Lists of lists, from the innermost out; `keep` dimensions stay open."""
    for axis in range(len(sizes) - 1, keep - 1, -1):
        size = sizes[axis]
        tokens = [
            b"[" + b", ".join(tokens[start * size : (start + 1) * size]) + b"]"
            for start in range(math.prod(sizes[:axis]))
        ]
    return tokens


def _tokens(alias, message):
    dtype = tf.as_dtype(message.dtype)
    field = tensors.FIELDS.get(dtype)
    if field is None:
        raise status.invalid(
            f"Output `{alias}` is of type {dtype.name}, which JSON can't hold."
        )
    values = getattr(message, field)
    if dtype == tf.string:
        write = _binary if alias.endswith("_bytes") else _string
        return [write(value) for value in values]
    if dtype == tf.bool:
        return [b"true" if value else b"false" for value in values]
    if dtype in DIGITS:
        return _floats(np.array(values, dtype.as_numpy_dtype), DIGITS[dtype])
    return [b"%d" % value for value in values]


def _floats(array, num_digits):
    """Six digits where they suffice, otherwise as many as there can be."""
    numbers = array.tolist()
    texts = [f"{number:.6g}" for number in numbers]
    with np.errstate(over="ignore"):
        short = np.array([float(text) for text in texts]).astype(array.dtype)
    for index in np.flatnonzero((short != array) & np.isfinite(array)):
        texts[index] = f"{numbers[index]:.{num_digits}g}"
    return [_float_token(text) for text in texts]


def _float_token(text):
    if text[-1] in "nf":
        return {"nan": b"NaN", "inf": b"Infinity"}.get(text, b"-Infinity")
    if "." not in text and "e" not in text:
        text += ".0"
    return text.encode()


def _binary(value):
    return b'{"b64": "' + base64.b64encode(value) + b'"}'


def _string(value):
    """As it is, except for what JSON must escape; also if it is no UTF-8."""
    return b'"' + ESCAPED.sub(_escape, value) + b'"'


def _escape(match):
    return SHORT.get(match[0]) or b"\\u%04X" % match[0][0]
