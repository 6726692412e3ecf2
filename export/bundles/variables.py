"""The variables of a SavedModel, of which only the weights change."""

import os
import pathlib

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.core.protobuf import fingerprint_pb2

from export.bundles import numbering
from tf_fingerprint import errors

# Where a SavedModel has them.
PREFIX = pathlib.PurePosixPath("variables", "variables")
FINGERPRINT = "fingerprint.pb"


class VariablesTemplate:
    """Names and shapes of all variables, and which weights they are.

    `folder`: SavedModel of an instance with numbered weights. Raises
    `errors.ExportError` if a weight is missing or there twice.
    """

    def __init__(self, folder: str | os.PathLike[str], num_weights: int):
        reader = tf.train.load_checkpoint(os.path.join(folder, PREFIX))
        self._weights = {}  # From a variable's name to its weights' numbers.
        self._others, found = {}, []
        for name in reader.get_variable_to_shape_map():
            value = reader.get_tensor(name)
            places = None
            if np.asarray(value).dtype == np.float32:
                places = numbering.places_of(value, num_weights)
            if places is None:
                self._others[name] = value
            else:
                self._weights[name] = places.shape, numbering.shortest(places)
                found.append(places)
        numbering.check_complete(found, num_weights, "SavedModel")

    def write(
        self, folder: pathlib.Path, vector: npt.NDArray[np.float32]
    ) -> None:
        """Writes one instance's variables into its SavedModel."""
        tensors = {k: tf.constant(v) for k, v in self._others.items()}
        for name, (shape, places) in self._weights.items():
            tensors[name] = tf.constant(vector[places].reshape(shape))
        prefix = folder / PREFIX
        prefix.parent.mkdir(parents=True, exist_ok=True)
        tf.raw_ops.SaveV2(
            prefix=str(prefix),
            tensor_names=list(tensors),
            shape_and_slices=[""] * len(tensors),
            tensors=list(tensors.values()),
        )


def read(
    folder: str | os.PathLike[str],
) -> dict[str, npt.NDArray[np.float32]]:
    """All variables of a SavedModel, by name."""
    reader = tf.train.load_checkpoint(os.path.join(folder, PREFIX))
    return {
        name: reader.get_tensor(name)
        for name in reader.get_variable_to_shape_map()
    }


def fingerprint_file(template: bytes, folder: pathlib.Path) -> bytes:
    """TensorFlow's own hash of a SavedModel, for other variables.

    It has nothing to do with the fingerprint of an instance.

    `template`: `fingerprint.pb` of the SavedModel that was traced; `folder`:
    one with the same graph, whose variables are written. Returns its
    `fingerprint.pb`.
    """
    message = fingerprint_pb2.FingerprintDef.FromString(template)
    message.checkpoint_hash = _index_hash(folder)
    message.ClearField("uuid")
    return message.SerializeToString(deterministic=True)


def check_fingerprint_file(folder: pathlib.Path) -> None:
    """Raises an `ExportError` if TensorFlow hashes variables otherwise."""
    content = (folder / FINGERPRINT).read_bytes()
    message = fingerprint_pb2.FingerprintDef.FromString(content)
    if message.checkpoint_hash != _index_hash(folder):
        raise errors.ExportError(
            f"TensorFlow {tf.__version__} hashes a SavedModel's variables in a "
            "way that isn't known here. Use the version that this package was "
            "tested with."
        )


def _index_hash(folder):
    """FarmHash of the list of variables, which has a checksum of each."""
    index = (folder / PREFIX).with_suffix(".index").read_bytes()
    [hashed] = tf.fingerprint([index], method="farmhash64").numpy()
    return int.from_bytes(hashed.tobytes(), "little")
