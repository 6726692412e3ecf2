"""Answers about models, in the JSON that the production server writes."""

from typing import Any

from google.protobuf import json_format
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_pb2

from export.server import core
from export.server.status import StatusCode


def status(answering: core.Core, spec: model_pb2.ModelSpec) -> dict[str, Any]:
    """States of a model's versions; an OK status has both members, too."""
    request = get_model_status_pb2.GetModelStatusRequest(model_spec=spec)
    states = answering.status(request).model_version_status
    return {
        "model_version_status": [
            {
                "version": str(each.version),
                "state": type(each).State.Name(each.state),
                "status": {
                    "error_code": _code_name(each.status.error_code),
                    "error_message": each.status.error_message,
                },
            }
            for each in states
        ]
    }


def _code_name(number):
    return next(code.name for code in StatusCode if code.value[0] == number)


def metadata(answering: core.Core, spec: model_pb2.ModelSpec) -> dict[str, Any]:
    """Signatures of a version, with every field of theirs."""
    request = get_model_metadata_pb2.GetModelMetadataRequest(
        model_spec=spec, metadata_field=["signature_def"]
    )
    response = answering.metadata(request)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata["signature_def"].Unpack(signatures)
    return {
        "model_spec": {
            "name": response.model_spec.name,
            "signature_name": "",
            "version": str(response.model_spec.version.value),
        },
        "metadata": {
            "signature_def": json_format.MessageToDict(
                signatures,
                preserving_proto_field_name=True,
                always_print_fields_with_no_presence=True,
            )
        },
    }
