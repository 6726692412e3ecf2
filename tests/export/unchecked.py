"""Runs a SavedModel as TensorFlow Serving does: feeds of any shape.

Python compares what it feeds with the shapes of the signature. The server's
C++ session does not, so they are taken out of the copy that is run.
"""

import shutil

import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2


class Unchecked:
    """One written servable, in a session.

    Args:
        folder: The SavedModel.
        copy: New folder to work in.
    """

    def __init__(self, folder, copy):
        shutil.copytree(folder, copy)
        _forget_shapes(copy / "saved_model.pb")
        with tf.Graph().as_default():
            self.session = tf.compat.v1.Session()
            model = tf.compat.v1.saved_model.load(
                self.session, ["serve"], str(copy)
            )
        self.signatures = model.signature_def

    def run(self, signature, **inputs):
        """Asks for all outputs of a signature."""
        signature = self.signatures[signature]
        feeds = {
            signature.inputs[name].name: value for name, value in inputs.items()
        }
        outputs = {name: info.name for name, info in signature.outputs.items()}
        return self.session.run(outputs, feeds)


def _forget_shapes(path):
    model = saved_model_pb2.SavedModel()
    model.ParseFromString(path.read_bytes())
    [graph] = [each.graph_def for each in model.meta_graphs]
    for node in graph.node:
        node.attr.pop("_output_shapes", None)
        if node.op == "Placeholder":
            node.attr["shape"].shape.dim.clear()
            node.attr["shape"].shape.unknown_rank = True
    path.write_bytes(model.SerializeToString())
