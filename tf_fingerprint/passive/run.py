"""A trained classifier, ready for use."""

import dataclasses
import functools
import json
import os
import pathlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import scipy.special

from tf_fingerprint import config as configs
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.data import preprocessing
from tf_fingerprint.passive import open_set as open_sets
from tf_fingerprint.passive.classifier import Classifier
from tf_fingerprint.runs import directory as run_directory

CONFIG, CLASSIFIER = run_directory.CONFIG, "classifier.keras"
LEARNED, OPEN_SET = "learned.npy", "unknown.json"

_BATCH = 256


@dataclasses.dataclass(frozen=True)
class Opinion:
    """What the classifier makes of one picture.

    `probability`: its share, given that it is one of the sources; `energy`:
    minus the logarithm of the sum of the logits' exponentials;
    `max_false_positive_rate`: share of the sources' own pictures that are
    tolerated to be called unknown.
    """

    label: str
    probability: float
    unknown: bool
    energy: float
    score: float
    max_false_positive_rate: float

    @property
    def sentence(self) -> str:
        """The opinion in words."""
        if self.unknown:
            return (
                "By its traces the image is of none of the sources that the "
                f"classifier knows; it says so of at most "
                f"{self.max_false_positive_rate:.0%} of their own images."
            )
        return (
            f"By its traces the image is most like those of `{self.label}`, "
            f"with probability {self.probability:.3f} among the sources that "
            "the classifier knows."
        )

    def to_dict(self) -> dict[str, Any]:
        """The opinion as JSON holds it."""
        return {**dataclasses.asdict(self), "sentence": self.sentence}


def load(folder: str | os.PathLike[str]) -> "PassiveRun":
    """Opens the run directory of a classifier.

    Args:
        folder: The directory.

    Returns:
        The run.

    Raises:
        errors.RunError: If it is missing, incomplete or of several trainings.
        errors.ConfigError: If its config can't be read.
    """
    folder = pathlib.Path(folder)
    known = run_directory.DATA
    if (folder / run_directory.OLD_DATA).is_file():
        known = run_directory.OLD_DATA
    names = (CONFIG, CLASSIFIER, known, LEARNED, OPEN_SET)
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise errors.RunError(
            f"{folder}: the run directory of a passive classifier must hold "
            f"{', '.join(names)}. Missing: {', '.join(missing)}. Check the "
            "path; has its training ended?"
        )
    settings = configs.read(folder / CONFIG, kind=configs.PassiveConfig)
    classifier = run_directory.read_network(
        folder / CLASSIFIER,
        Classifier,
        {
            "data.resolution": settings.data.resolution,
            "data.channels": settings.data.channels,
            "network.variant": settings.network.variant,
        },
    )
    labels = tuple(json.loads((folder / known).read_text())["labels"])
    if classifier.labels != labels:
        raise errors.RunError(
            f"{folder}: classifier and {known} must know the same sources. "
            f"Received {', '.join(classifier.labels)} and {', '.join(labels)}. "
            "Are these files of one run?"
        )
    return PassiveRun(
        settings, classifier, open_sets.load(folder / OPEN_SET), folder
    )


@dataclasses.dataclass(frozen=True, eq=False)
class PassiveRun:
    """A classifier, its labels, and when it knows no source.

    Args:
        settings: The config of the training.
        classifier: From images in [-1, 1] to logits.
        open_set: When a picture is of none of the sources.
        folder: The run directory.
    """

    settings: configs.PassiveConfig
    classifier: Classifier
    open_set: open_sets.OpenSet
    folder: pathlib.Path

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the sources, in the order of the logits."""
        return self.classifier.labels

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of the classifier's weights."""
        return run_directory.weights_digest(self.classifier)

    @functools.cached_property
    def learned(self) -> frozenset[int]:
        """What pictures were learned from; see `sources.Labelled.digests`."""
        return frozenset(np.load(self.folder / LEARNED).tolist())

    def read_images(self, images: Any) -> npt.NDArray[np.uint8]:
        """As `preprocessing.as_array`, of the classifier's form."""
        return preprocessing.as_array(
            images,
            resolution=self.settings.data.resolution,
            channels=self.settings.data.channels,
        )

    def read(
        self, images: Any
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Features and logits of pictures.

        Args:
            images: As in `preprocessing.as_array`.

        Returns:
            `(images, features)` and `(images, labels)`.
        """
        return features_and_logits(
            self.classifier,
            self.read_images(images),
            # Compiled; a training's replicas must do without.
            read=self.classifier.reader.predict_on_batch,
        )

    def features(self, images: Any) -> npt.NDArray[np.float32]:
        """What the classifier decides by, `(images, features)`."""
        return self.read(images)[0]

    def classify(
        self, images: Any
    ) -> tuple[list[str], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """The likeliest source of each picture.

        Args:
            images: As in `preprocessing.as_array`.

        Returns:
            The label of each; `(images, labels)`, the probability of every
            source; and `(images,)`, whether it is like none of them.
        """
        features, logits = self.read(images)
        scores = self.open_set.scores(features, logits)
        return (
            [self.labels[place] for place in logits.argmax(axis=1)],
            scipy.special.softmax(logits.astype("float64"), axis=1),
            scores > self.open_set.threshold,
        )

    def judge(self, images: Any) -> list[Opinion]:
        """What the classifier makes of each picture.

        Args:
            images: As in `preprocessing.as_array`.

        Returns:
            One opinion a picture.
        """
        features, logits = self.read(images)
        scores = self.open_set.scores(features, logits)
        shares = scipy.special.softmax(logits.astype("float64"), axis=1)
        return [
            Opinion(
                self.labels[row.argmax()],
                float(row.max()),
                bool(score > self.open_set.threshold),
                float(energy),
                float(score),
                self.open_set.max_false_positive_rate,
            )
            for row, score, energy in zip(
                shares, scores, open_sets.energies(logits), strict=True
            )
        ]


def features_and_logits(
    classifier: Classifier,
    images: npt.NDArray[np.uint8],
    *,
    read: Callable | None = None,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """What a classifier reads in pictures, a part at a time.

    `classifier`: from images in [-1, 1]; `images`:
    `(images, resolution, resolution, channels)`, `uint8`; `read`: what computes
    both; the classifier's `reader` if not given. Returns `(images, features)`
    and `(images, labels)`.
    """
    read = read or functools.partial(classifier.reader, training=False)
    width = classifier.reader.output_shape[0][-1]
    features = [np.zeros((0, width), np.float32)]
    logits = [np.zeros((0, classifier.num_labels), np.float32)]
    for start in range(0, len(images), _BATCH):
        part = data.to_unit(images[start : start + _BATCH])
        for found, kept in zip(read(part), (features, logits), strict=True):
            kept.append(
                keras.ops.convert_to_numpy(keras.ops.cast(found, "float32"))
            )
    return np.concatenate(features), np.concatenate(logits)
