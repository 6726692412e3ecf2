"""What both interfaces do with a request, once it is a message."""

import time
from collections.abc import Mapping
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_pb2
from tensorflow_serving.apis import predict_pb2

from export.server import batching
from export.server import catalogue
from export.server import loaded
from export.server import metrics
from export.server import status
from export.server import tensors
from export.server import versions

DEFAULT_SIGNATURE = "serving_default"


class Core:
    """Answers requests with the models of a catalogue."""

    def __init__(
        self,
        models: catalogue.Catalogue,
        counted: metrics.Metrics,
        *,
        max_tensor_bytes: int,
        batcher: batching.Batcher | None = None,
    ):
        self.models = models
        self.metrics = counted
        self._max_tensor_bytes = max_tensor_bytes
        self._batcher = batcher

    def predict(
        self, request: predict_pb2.PredictRequest
    ) -> predict_pb2.PredictResponse:
        """Runs a signature."""
        start = time.perf_counter()
        name, code = request.model_spec.name, status.StatusCode.OK
        try:
            model = self.model(request.model_spec)
            with _use(model, request.model_spec) as version:
                return self.run(version.model, request, version.number)
        except Exception as error:
            code = status.of_exception(error).code
            raise
        finally:
            known = name if self.models.model(name) else ""
            self.metrics.count(known, code.name, time.perf_counter() - start)

    def run(
        self,
        model: loaded.LoadedModel,
        request: predict_pb2.PredictRequest,
        number: int | None = None,
    ) -> predict_pb2.PredictResponse:
        """Runs a signature of a version that need not be served yet.

        `request`: whose model and version are not looked at.
        """
        name = request.model_spec.signature_name or DEFAULT_SIGNATURE
        signature = model.signature(name)
        inputs = self._inputs(signature, request.inputs)
        wanted = _outputs(signature, request.output_filter)
        start = time.perf_counter()
        # Requests that warm a version up are slow: nobody's wait for them.
        if self._batcher and number is not None:
            outputs = self._batcher.run(model, name, inputs)
        else:
            outputs = model.run(name, inputs)
        if number is not None:
            seconds = time.perf_counter() - start
            self.metrics.observe_runtime(request.model_spec.name, seconds)
        response = predict_pb2.PredictResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.signature_name = name
        if number is not None:
            response.model_spec.version.value = number
        for alias in wanted:
            message = tensors.to_message(outputs[alias])
            response.outputs[alias].CopyFrom(message)
        return response

    def model(self, spec: model_pb2.ModelSpec) -> versions.Model:
        """The model that a request names."""
        if not spec.name:
            raise status.invalid("Missing name of the model in ModelSpec")
        model = self.models.model(spec.name)
        if model is None:
            number = _number(spec)
            raise status.not_found(
                "Servable not found for request: "
                + (
                    f"Latest({spec.name})"
                    if number is None
                    else f"Specific({spec.name}, {number})"
                )
            )
        return model

    def signature(
        self, spec: model_pb2.ModelSpec, name: str
    ) -> meta_graph_pb2.SignatureDef:
        """Names and types of a signature, for an interface without them."""
        with _use(self.model(spec), spec) as version:
            return version.model.signature(name)

    def metadata(
        self, request: get_model_metadata_pb2.GetModelMetadataRequest
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """All signatures of a version."""
        if not request.HasField("model_spec"):
            raise status.invalid("Missing ModelSpec")
        if list(request.metadata_field) != ["signature_def"]:
            raise status.invalid(
                "`metadata_field` must be `signature_def`, which is all there "
                f"is. Received {list(request.metadata_field)}."
            )
        signatures = get_model_metadata_pb2.SignatureDefMap()
        with _use(
            self.model(request.model_spec), request.model_spec
        ) as version:
            for name, signature in version.model.signature_defs.items():
                signatures.signature_def[name].CopyFrom(signature)
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = version.number
        response.metadata["signature_def"].Pack(signatures)
        return response

    def status(
        self, request: get_model_status_pb2.GetModelStatusRequest
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """States of a model's versions, the highest first; labels count not."""
        if not request.HasField("model_spec"):
            raise status.invalid("Missing ModelSpec")
        name, number = request.model_spec.name, _number(request.model_spec)
        model = self.models.model(name)
        states = [
            each
            for each in (model.versions() if model else [])
            if number in (None, each.number)
        ]
        if not states:
            wanted = "any versions" if number is None else f"version {number}"
            raise status.not_found(f"Could not find {wanted} of model {name}")
        response = get_model_status_pb2.GetModelStatusResponse()
        for each in states:
            message = response.model_version_status.add()
            message.version = each.number
            message.state = each.state
            if each.error:
                message.status.error_code = each.error.code.value[0]
                message.status.error_message = each.error.message
        return response

    def _inputs(
        self, signature, messages: Mapping[str, Any]
    ) -> dict[str, tf.Tensor]:
        """Tensors by name, all that the signature takes and no others."""
        if set(messages) != set(signature.inputs):
            raise status.invalid(
                "input must be exactly the signature's: expected "
                f"{sorted(signature.inputs)}, received {sorted(messages)}"
            )
        for alias, message in messages.items():
            expected = signature.inputs[alias].dtype
            if message.dtype != expected:
                raise status.invalid(
                    f"input `{alias}` must be of type "
                    f"{tf.as_dtype(expected).name}, received type number "
                    f"{message.dtype}"
                )
        return {
            alias: tensors.to_tensor(message, max_bytes=self._max_tensor_bytes)
            for alias, message in messages.items()
        }


def _use(model, spec):
    label = spec.version_label if spec.HasField("version_label") else None
    return model.use(_number(spec), label)


def _number(spec):
    return spec.version.value if spec.HasField("version") else None


def _outputs(signature, output_filter):
    """Names of the outputs asked for; all if none is named."""
    wanted = list(output_filter) or sorted(signature.outputs)
    unknown = set(wanted) - set(signature.outputs)
    if unknown or len(set(wanted)) < len(wanted):
        raise status.invalid(
            "`output_filter` must name outputs of the signature, each once. "
            f"Received {wanted}; the signature has {sorted(signature.outputs)}."
        )
    return wanted
