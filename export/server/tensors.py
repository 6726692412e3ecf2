"""Tensors as messages, the way TensorFlow itself reads and writes them."""

import math

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from export.server import status

# TensorFlow's own size of a string that fits into its 24 bytes.
STRING_BYTES = 24

INT_VAL = (tf.int32, tf.int16, tf.int8, tf.uint16, tf.uint8)
FIELDS = {
    tf.float32: "float_val",
    tf.float64: "double_val",
    tf.int64: "int64_val",
    tf.uint32: "uint32_val",
    tf.uint64: "uint64_val",
    tf.bool: "bool_val",
    tf.string: "string_val",
} | dict.fromkeys(INT_VAL, "int_val")


def to_tensor(message: tensor_pb2.TensorProto, *, max_bytes: int) -> tf.Tensor:
    """Reads a message, repeating its last value where it has too few.

    `max_bytes`: memory that the tensor may take; a few bytes of message can ask
    for gigabytes. Raises `StatusError` if it isn't a tensor, or too large a
    one.
    """
    sizes = [dimension.size for dimension in message.tensor_shape.dim]
    if message.tensor_shape.unknown_rank or any(size < 0 for size in sizes):
        raise status.invalid(f"tensor parsing error: shape {sizes}")
    if _num_bytes(message, math.prod(sizes)) > max_bytes:
        raise status.invalid(
            f"A tensor of shape {sizes} takes more than {max_bytes} bytes, "
            "which this server allows one input."
        )
    try:
        return tf.io.parse_tensor(message.SerializeToString(), message.dtype)
    except tf.errors.OpError as error:
        raise status.invalid(f"tensor parsing error: {error.message}") from None


def to_message(tensor: tf.Tensor) -> tensor_pb2.TensorProto:
    """Writes a tensor into the field of its type."""
    array = tensor.numpy()
    message = tensor_pb2.TensorProto(dtype=tensor.dtype.as_datatype_enum)
    for size in np.shape(array):
        message.tensor_shape.dim.add().size = size
    if tensor.dtype in (tf.float16, tf.bfloat16):
        message.half_val.extend(np.ravel(array).view(np.uint16).tolist())
    elif tensor.dtype in FIELDS:
        field = getattr(message, FIELDS[tensor.dtype])
        field.extend(np.ravel(array).tolist())
    else:
        raise status.StatusError(
            status.StatusCode.UNIMPLEMENTED,
            f"Outputs of type {tensor.dtype.name} can't be answered.",
        )
    return message


def _num_bytes(message, num_elements):
    """Memory that reading takes, at least."""
    dtype = tf.as_dtype(message.dtype)
    if dtype != tf.string:
        return num_elements * dtype.size
    repeated = len(message.string_val[-1]) if message.string_val else 0
    if repeated < STRING_BYTES:
        repeated = 0
    return num_elements * (STRING_BYTES + repeated)
