"""What models are there, and what they take: by gRPC."""

import pytest
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2

from .test_grpc import INVALID
from .test_grpc import NOT_FOUND
from .test_grpc import code_of


@pytest.mark.slow
def test_metadata_are_the_signatures(serving):
    response = serving.predictions.GetModelMetadata(
        get_model_metadata_pb2.GetModelMetadataRequest(
            model_spec={"name": "plus"}, metadata_field=["signature_def"]
        )
    )

    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures)
    assert response.model_spec.version.value == 2
    assert {"serving_default", "slow"} <= set(signatures.signature_def)


@pytest.mark.parametrize(
    ("name", "fields", "code"),
    [
        ("none", ["signature_def"], NOT_FOUND),
        ("", ["signature_def"], INVALID),
        ("plus", ["graph"], INVALID),
        ("plus", [], INVALID),
    ],
)
def test_other_metadata_are_refused(serving, name, fields, code):
    sent = get_model_metadata_pb2.GetModelMetadataRequest(
        model_spec={"name": name}, metadata_field=fields
    )

    assert code_of(serving.predictions.GetModelMetadata, sent) == code


def test_the_status_ignores_labels(serving):
    response = serving.models.GetModelStatus(
        get_model_status_pb2.GetModelStatusRequest(
            model_spec={"name": "plus", "version_label": "unheard"}
        )
    )

    available = get_model_status_pb2.ModelVersionStatus.AVAILABLE
    assert [
        (each.version, each.state) for each in response.model_version_status
    ] == [(2, available), (1, available)]


@pytest.mark.parametrize(
    "spec", [{"name": "none"}, {"name": "plus", "version": {"value": 9}}]
)
def test_the_status_of_what_is_not_there_is_not_found(serving, spec):
    sent = get_model_status_pb2.GetModelStatusRequest(model_spec=spec)

    assert code_of(serving.models.GetModelStatus, sent) == NOT_FOUND
