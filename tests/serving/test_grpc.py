"""The services of gRPC."""

import grpc
import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import wrappers_pb2
from tensorflow.core.framework import tensor_pb2
from tensorflow.core.framework import tensor_shape_pb2
from tensorflow_serving.apis import classification_pb2
from tensorflow_serving.apis import model_management_pb2
from tensorflow_serving.apis import model_pb2
from tensorflow_serving.apis import predict_pb2

from . import tiny_models

INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND


def request(*arguments, **inputs):
    arrays = {name: np.asarray(inputs[name]) for name in inputs}
    return tiny_models.request(*arguments, **arrays)


def good():
    return request(x=np.float32([1, 2]))


def code_of(call, *arguments):
    with pytest.raises(grpc.RpcError) as raised:
        call(*arguments)
    return raised.value.code()


def shaped(sizes, **values):
    """A tensor whose values need not be as many as its shape has."""
    shape = tensor_shape_pb2.TensorShapeProto(
        dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=n) for n in sizes]
    )
    return tensor_pb2.TensorProto(tensor_shape=shape, **values)


@pytest.mark.slow
def test_an_answer_says_which_version_and_signature_it_is_of(serving):
    response = serving.predictions.Predict(good())

    assert response.model_spec == model_pb2.ModelSpec(
        name="plus",
        version=wrappers_pb2.Int64Value(value=2),
        signature_name="serving_default",
    )
    assert tf.make_ndarray(response.outputs["y"]).tolist() == [3.0, 4.0]


def test_numbers_come_in_the_field_of_their_type(serving):
    response = serving.predictions.Predict(good())

    assert list(response.outputs["y"].float_val) == [3.0, 4.0]
    assert not response.outputs["y"].tensor_content


@pytest.mark.parametrize("name", sorted(tiny_models.NAMES))
def test_every_type_comes_back(serving, name):
    dtype = tiny_models.NAMES[name]
    array = np.array([[0, 1], [1, 0]]).astype(dtype.as_numpy_dtype)
    if dtype == tf.string:
        array = np.array([[b"a", b"\xff\x00"], [b"", b"d"]], object)

    sent = request("types", name, **{name: array})
    answered = serving.predictions.Predict(sent).outputs[f"{name}_out"]

    assert answered.dtype == dtype.as_datatype_enum
    assert np.array_equal(tf.make_ndarray(answered), array)


def test_half_precision_comes_back_by_grpc(serving):
    sent = request("types", "half", h=np.float16([0.5, 2]))

    answered = serving.predictions.Predict(sent).outputs["h_out"]

    assert tf.make_ndarray(answered).tolist() == [0.5, 2.0]


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({"name": "none"}, NOT_FOUND),
        ({"name": "plus", "version": {"value": 7}}, NOT_FOUND),
        ({"name": "plus", "version_label": "unheard"}, INVALID),
        ({"name": ""}, INVALID),
        (None, INVALID),
        (
            {"name": "plus", "signature_name": "none"},
            grpc.StatusCode.FAILED_PRECONDITION,
        ),
    ],
)
def test_what_is_not_there_has_its_code(serving, spec, code):
    sent = predict_pb2.PredictRequest(model_spec=spec, inputs=good().inputs)

    assert code_of(serving.predictions.Predict, sent) == code


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"name": "plus", "version": {"value": 1}}, 2.0),
        ({"name": "plus", "version_label": "stable"}, 2.0),
        ({"name": "plus"}, 3.0),
    ],
)
def test_a_version_is_chosen_by_number_or_label(serving, spec, expected):
    sent = predict_pb2.PredictRequest(model_spec=spec, inputs=good().inputs)

    response = serving.predictions.Predict(sent)

    assert response.outputs["y"].float_val[0] == expected


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"z": np.float32([1])},
        {"x": np.float32([1]), "z": np.float32([1])},
        {"x": np.float64([1])},
        {"x": np.int32([1])},
        {"x": np.array(["1"])},
    ],
    ids=["none", "other", "more", "double", "integer", "text"],
)
def test_other_inputs_are_wrong(serving, inputs):
    assert code_of(serving.predictions.Predict, request(**inputs)) == INVALID


@pytest.mark.parametrize(
    ("output_filter", "code"),
    [(["none"], INVALID), (["pair", "pair"], INVALID)],
)
def test_a_filter_names_outputs_once(serving, output_filter, code):
    sent = request("shapes", "several", x=np.float32([1]))
    sent.output_filter.extend(output_filter)

    assert code_of(serving.predictions.Predict, sent) == code


def test_a_filter_leaves_the_other_outputs_out(serving):
    sent = request("shapes", "several", x=np.float32([1]))
    sent.output_filter.append("whole")

    assert list(serving.predictions.Predict(sent).outputs) == ["whole"]


@pytest.mark.parametrize(
    ("sizes", "values", "expected"),
    [
        ([3], {"float_val": [1, 2]}, [2.0 + 1, 4.0, 4.0]),
        ([1], {"float_val": [1, 2]}, [3.0]),
        ([2], {}, [2.0, 2.0]),
        ([1], {"tensor_content": np.float32([1]).tobytes()}, [3.0]),
        ([0], {}, []),
    ],
    ids=["too few", "too many", "none", "content", "empty"],
)
def test_values_fill_the_shape_as_tensorflow_fills_it(
    serving, sizes, values, expected
):
    sent = good()
    sent.inputs["x"].CopyFrom(shaped(sizes, dtype="DT_FLOAT", **values))

    response = serving.predictions.Predict(sent)

    assert list(response.outputs["y"].float_val) == expected


@pytest.mark.parametrize(
    ("sizes", "values"),
    [
        ([-1], {"float_val": [1]}),
        ([2**40, 2**40], {"float_val": [1]}),
        ([2], {"tensor_content": b"1234567"}),
    ],
    ids=["negative", "overflow", "length"],
)
def test_what_is_no_tensor_is_wrong(serving, sizes, values):
    sent = good()
    sent.inputs["x"].CopyFrom(shaped(sizes, dtype="DT_FLOAT", **values))

    assert code_of(serving.predictions.Predict, sent) == INVALID


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("f", {"dtype": "DT_FLOAT", "float_val": [1]}),
        ("s", {"dtype": "DT_STRING", "string_val": [b""]}),
        ("s", {"dtype": "DT_STRING", "string_val": [b"a" * 10_000]}),
    ],
)
def test_gigabytes_of_the_same_value_are_refused_here(ours, name, values):
    sent = request("types", name)
    sent.inputs[name].CopyFrom(shaped([10**9], **values))

    assert code_of(ours.predictions.Predict, sent) == INVALID


@pytest.mark.parametrize("dtype", ["DT_INVALID", "DT_RESOURCE", "DT_VARIANT"])
def test_a_type_that_is_none_of_values_is_wrong(serving, dtype):
    sent = good()
    sent.inputs["x"].CopyFrom(shaped([1], dtype=dtype))

    assert code_of(serving.predictions.Predict, sent) == INVALID


def test_nobody_changes_what_is_served_here(ours):
    reload = model_management_pb2.ReloadConfigRequest()
    classify = classification_pb2.ClassificationRequest()

    for call, sent in (
        (ours.models.HandleReloadConfigRequest, reload),
        (ours.predictions.Classify, classify),
    ):
        assert code_of(call, sent) == grpc.StatusCode.UNIMPLEMENTED


def test_long_messages_are_cut(serving):
    sent = good()
    sent.inputs["x" * 3000].CopyFrom(sent.inputs["x"])

    with pytest.raises(grpc.RpcError) as raised:
        serving.predictions.Predict(sent)

    assert raised.value.details().endswith("...TRUNCATED")
    assert len(raised.value.details()) == 1024 + len("...TRUNCATED")
