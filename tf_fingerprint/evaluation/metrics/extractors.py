"""Networks by whose features pictures are compared, and which one is asked."""

import os
import pathlib
from typing import Protocol

import h5py
import keras
import numpy as np
import numpy.typing as npt

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.evaluation.metrics.features import MobileNetFeatures
from tf_fingerprint.evaluation.metrics.squeezenet import SqueezeNetFeatures

# What InceptionV3 is shown, whatever the pictures' size.
INCEPTION_RESOLUTION = 299


class Extractor(Protocol):
    """From `(images, height, width, 3)`, `uint8`, to features."""

    name: str
    num_features: int

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray:
        """Looks at the pictures; `(images, num_features)`, float32."""


class InceptionFeatures:
    """Features of InceptionV3, the mean over positions of its last layer.

    Pictures are resized bilinearly to 299 x 299. These are the weights and the
    resizing of `keras.applications`, not those of the published FID, which are
    older: distances are near to it, and not comparable to the digit.

    `path`: the `.h5` file of the weights without top; fetched if not given.
    `images`: `(images, height, width, 3)`, `uint8`. Returns `(images, 2048)`,
    float32.

    Reference:
        Szegedy et al., 2016 (https://arxiv.org/abs/1512.00567).
    """

    name = "inception"
    num_features = 2048

    def __init__(
        self, path: str | os.PathLike | None = None, *, batch_size: int = 32
    ):
        try:
            self._network = keras.applications.InceptionV3(
                include_top=False,
                pooling="avg",
                weights="imagenet" if path is None else os.fspath(path),
            )
        # Without network, or of a broken file: each has errors of its own.
        except Exception as error:
            raise errors.DataError(
                "The weights of InceptionV3 must be fetched or given by "
                f"`--features FILE`. Received "
                f"{path or 'no file, and fetching failed'}. {error}"
            ) from error
        self._batch_size = batch_size

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray:
        """Looks at the pictures."""
        features = []
        for start in range(0, len(images), self._batch_size):
            shown = keras.ops.image.resize(
                data.to_unit(images[start : start + self._batch_size]),
                (INCEPTION_RESOLUTION, INCEPTION_RESOLUTION),
                interpolation="bilinear",
                antialias=True,
                data_format="channels_last",
            )
            seen = self._network(shown, training=False)
            features.append(keras.ops.convert_to_numpy(seen))
        return np.concatenate(features)


def seen(extractor: Extractor, images: npt.NDArray[np.uint8]) -> npt.NDArray:
    """Features; grey pictures are shown in three equal channels."""
    if images.shape[-1] == 1:
        images = images.repeat(3, axis=-1)
    return extractor(images)


def load(path: str | os.PathLike | None = None) -> Extractor:
    """The network whose weights a file holds.

    `path`: `.npz` for MobileNet, `.h5` for SqueezeNet or InceptionV3, whose
    weights are fetched if no file is given.
    """
    if path is None:
        return InceptionFeatures()
    path = pathlib.Path(path)
    if path.suffix not in (".npz", ".h5"):
        raise errors.DataError(
            f"{path}: weights must be an .npz file of MobileNet or an .h5 file "
            "of SqueezeNet or InceptionV3."
        )
    if not path.is_file():
        raise errors.DataError(f"{path}: there is no such file of weights.")
    if path.suffix == ".npz":
        return MobileNetFeatures(path)
    if not h5py.is_hdf5(path):  # Known before the network is built.
        raise errors.DataError(f"{path}: can't be read as an HDF5 file.")
    with h5py.File(path) as file:
        is_squeezenet = "fire2" in file
    return (
        SqueezeNetFeatures(path) if is_squeezenet else InceptionFeatures(path)
    )
