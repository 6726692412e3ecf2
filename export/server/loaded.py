"""One version of a model in memory."""

import pathlib
from collections.abc import Mapping

import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow.core.protobuf import saved_model_pb2

from export.server import status


class LoadedModel:
    """A SavedModel whose signatures can be run."""

    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        self.signature_defs = _read_signature_defs(directory)
        self._model = tf.saved_model.load(str(directory), tags=["serve"])
        self._functions = dict(self._model.signatures)

    def signature(self, name: str) -> meta_graph_pb2.SignatureDef:
        """Names and types of what a signature takes and returns."""
        if name not in self._functions:
            raise status.StatusError(
                status.StatusCode.FAILED_PRECONDITION,
                f'Serving signature name: "{name}" not found in signature def',
            )
        return self.signature_defs[name]

    def run(
        self, name: str, inputs: Mapping[str, tf.Tensor]
    ) -> dict[str, tf.Tensor]:
        """Outputs of a signature by name; shapes are the graph's to check."""
        try:
            return dict(self._functions[name](**inputs))
        except tf.errors.OpError as error:
            raise status.of_exception(error) from error


def _read_signature_defs(directory):
    """From name to what the file itself says, initialization included."""
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((directory / "saved_model.pb").read_bytes())
    for meta_graph in saved.meta_graphs:
        if "serve" in meta_graph.meta_info_def.tags:
            return dict(meta_graph.signature_def)
    raise status.not_found(
        f"No graph is tagged `serve` in {directory / 'saved_model.pb'}."
    )
