"""Sealed instances as TFLite and ONNX, with latents in and pictures out.

Both hold the signature that takes latents: random operations don't survive
the conversion, and a client that draws them itself needs none.
"""

import os
from collections.abc import Collection

import numpy as np
import tensorflow as tf

from export.bundles import file_templates
from export.bundles import numbering
from tf_fingerprint import errors
from tf_fingerprint.backends import quiet

TFLITE, ONNX = "tflite", "onnx"
FORMATS = (TFLITE, ONNX)

# Of the file of each format.
NAMES = {TFLITE: "instance.tflite", ONNX: "instance.onnx"}

_OPSET = 17


def check(formats: Collection[str]) -> tuple[str, ...]:
    """The formats in their order, once each.

    Raises `errors.ExportError` if what converts to one is not installed.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise ValueError(
            f"`formats` must be among {', '.join(FORMATS)}. Received "
            f"{', '.join(unknown)}."
        )
    if ONNX in formats:
        _tf2onnx()
    return tuple(name for name in FORMATS if name in formats)


def convert(
    form: str, saved_model: str | os.PathLike[str], signature: str
) -> bytes:
    """Converts one signature of a SavedModel."""
    with quiet.only_warnings(), quiet.stderr_unless_it_fails():
        if form == TFLITE:
            converter = tf.lite.TFLiteConverter.from_saved_model(
                str(saved_model), signature_keys=[signature]
            )
            return bytes(converter.convert())
        loaded = tf.saved_model.load(str(saved_model))
        return _to_onnx(loaded.signatures[signature])


def template(
    form: str,
    saved_model: str | os.PathLike[str],
    signature: str,
    num_weights: int,
) -> file_templates.FileTemplate:
    """Converts an instance with numbered weights, once for all instances.

    Raises `errors.ExportError` if the converter computed something from
    weights.
    """
    content = convert(form, saved_model, signature)
    parts = _tflite_parts if form == TFLITE else _onnx_parts
    return file_templates.FileTemplate(
        content,
        list(parts(content, num_weights)),
        num_weights=num_weights,
        what=NAMES[form],
    )


def _to_onnx(signature):
    tf2onnx = _tf2onnx()
    inputs = [
        tf.TensorSpec(spec.shape, spec.dtype, name)
        for name, spec in signature.structured_input_signature[1].items()
    ]

    @tf.function(input_signature=inputs)
    def pictures(*tensors):
        names = [spec.name for spec in inputs]
        return signature(**dict(zip(names, tensors, strict=True)))

    model, _ = tf2onnx.convert.from_function(
        pictures, input_signature=inputs, opset=_OPSET
    )
    return model.SerializeToString()


def _tflite_parts(content, num_weights):
    """Where the buffers of a TFLite file lie, and which weights they hold."""
    from tensorflow.lite.python import schema_py_generated as schema

    data = np.frombuffer(content, np.uint8)
    model = schema.Model.GetRootAs(data, 0)
    buffers = set()
    for number in range(model.SubgraphsLength()):
        graph = model.Subgraphs(number)
        tensors = map(graph.Tensors, range(graph.TensorsLength()))
        buffers |= {
            tensor.Buffer()
            for tensor in tensors
            if tensor.Type() == schema.TensorType.FLOAT32
        }
    for number in sorted(buffers):
        buffer = model.Buffers(number)
        if not buffer.DataLength():
            continue
        values = buffer.DataAsNumpy()
        places = numbering.places_of(values.view("<f4"), num_weights)
        if places is not None:
            yield values.ctypes.data - data.ctypes.data, places


def _onnx_parts(content, num_weights):
    """Where the initializers of an ONNX file lie."""
    import onnx
    from onnx import numpy_helper

    for tensor in onnx.ModelProto.FromString(content).graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT:
            continue
        places = numbering.places_of(numpy_helper.to_array(tensor), num_weights)
        if places is None:
            continue
        # With its name, a tensor is in the file once.
        written = tensor.SerializeToString()
        begin = content.find(written)
        inside = written.rfind(tensor.raw_data)
        if begin < 0 or not tensor.raw_data:
            raise errors.ExportError(
                f"The tensor {tensor.name} must stand in the ONNX file as it "
                "is. It doesn't. Leave `onnx` out of `formats`."
            )
        yield begin + inside, places


def _tf2onnx():
    try:
        import tf2onnx
    except ImportError as error:
        raise errors.ExportError(
            "ONNX needs the package tf2onnx, which can't be imported. "
            f"{error}. Install `tf-fingerprint[formats]`."
        ) from error
    return tf2onnx
