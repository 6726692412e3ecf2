"""A trained visualization network, ready for use."""

import dataclasses
import functools
import os
import pathlib
from typing import Any
from typing import NamedTuple

import keras
import numpy as np
import numpy.typing as npt

from tf_fingerprint import config as configs
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.data import preprocessing
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.passive.visualization.networks import Visualization
from tf_fingerprint.runs import directory as run_directory

VISUALIZATION = "visualization.keras"

_BATCH = 64


class Seen(NamedTuple):
    """What the network makes of pictures.

    `reconstructions`: `(images, height, width, channels)` in [-1, 1];
    `fingerprints`: in the same shape: pictures minus reconstructions; `logits`:
    `(images, labels)`.
    """

    reconstructions: npt.NDArray[np.float32]
    fingerprints: npt.NDArray[np.float32]
    logits: npt.NDArray[np.float32]


def load(folder: str | os.PathLike[str]) -> "VisualRun":
    """Opens the run directory of a visualization network.

    `folder`: the directory.
    """
    folder = pathlib.Path(folder)
    names = (passive_run.CONFIG, VISUALIZATION, passive_run.LEARNED)
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise errors.RunError(
            f"{folder}: the run directory of a visualization network must hold "
            f"{', '.join(names)}. Missing: {', '.join(missing)}. Check the "
            "path; has its training ended?"
        )
    settings = configs.read(
        folder / passive_run.CONFIG, kind=configs.VisualizationConfig
    )
    network = run_directory.read_network(
        folder / VISUALIZATION,
        Visualization,
        {
            "data.resolution": settings.data.resolution,
            "data.channels": settings.data.channels,
        },
    )
    return VisualRun(settings, network, folder)


@dataclasses.dataclass(frozen=True, eq=False)
class VisualRun:
    """A visualization network with its labels."""

    settings: configs.VisualizationConfig
    network: Visualization
    folder: pathlib.Path

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the sources, in the order of the logits."""
        return self.network.labels

    @functools.cached_property
    def learned(self) -> frozenset[int]:
        """What pictures were learned from; see `sources.Labelled.digests`."""
        return frozenset(np.load(self.folder / passive_run.LEARNED).tolist())

    @property
    def model_fingerprints(self) -> npt.NDArray[np.float32]:
        """One for each label, `(labels, height, width, channels)`."""
        kernels = keras.ops.convert_to_numpy(self.network.kernels)
        return np.moveaxis(kernels, -1, 0)

    def read_images(self, images: Any) -> npt.NDArray[np.uint8]:
        """As `preprocessing.as_array`, of the network's form."""
        return preprocessing.as_array(
            images,
            resolution=self.settings.data.resolution,
            channels=self.settings.data.channels,
        )

    def look(self, images: Any) -> Seen:
        """Takes pictures apart."""
        return look(self.network, self.read_images(images))

    def responses(
        self, fingerprints: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """Where image fingerprints fit each model's, and where they don't.

        `fingerprints`: `(images, height, width, channels)`. Returns
        `(images, labels, height, width, channels)`: products, whose sum divided
        by the square root of their number is the logit.
        """
        return fingerprints[:, None] * self.model_fingerprints[None]


def look(network: Visualization, images: npt.NDArray[np.uint8]) -> Seen:
    """What a network makes of pictures, a part at a time.

    `images`: `(images, resolution, resolution, channels)`, at least one.
    """
    parts = [
        network.reader(
            data.to_unit(images[start : start + _BATCH]), training=False
        )
        for start in range(0, len(images), _BATCH)
    ]
    return Seen(
        *(
            np.concatenate([keras.ops.convert_to_numpy(each) for each in kind])
            for kind in zip(*parts, strict=True)
        )
    )
