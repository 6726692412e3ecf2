"""How often a classifier is right, and how often it knows that it isn't.

Measured on pictures that the run has not learned from, not even its threshold:
whatever it has learned from is left out, wherever it lies.
"""

import dataclasses
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint.evaluation.metrics import accuracy
from tf_fingerprint.evaluation.suites import passive_held_out
from tf_fingerprint.passive import attacks
from tf_fingerprint.passive import folders
from tf_fingerprint.passive import run as passive_run


@dataclasses.dataclass(frozen=True)
class Share:
    """A share of pictures, with Wilson's interval of 95 % confidence.

    `images`: pictures in all, above 0.
    """

    hits: int
    images: int

    def to_dict(self) -> dict[str, float]:
        """The share, its interval and its counts, as JSON holds them."""
        low, high = accuracy.wilson_interval(self.hits, self.images)
        return {
            "value": self.hits / self.images,
            "low": float(low),
            "high": float(high),
            "hits": self.hits,
            "images": self.images,
        }


@dataclasses.dataclass(frozen=True, eq=False)
class Evaluation:
    """What a measurement comes to.

    `confusion`: `(labels, labels)`, pictures by what they are and what they are
    taken for; whether unknown or not. `unknown`: from each source's label to
    the share of its pictures that are called unknown; sources that the
    classifier doesn't know come after those that it knows. `left_out`: pictures
    left out, since the run has learned from them.
    """

    labels: tuple[str, ...]
    confusion: npt.NDArray[np.int64]
    unknown: Mapping[str, Share]
    left_out: int
    broken: tuple[tuple[str, str], ...]

    @property
    def accuracy(self) -> Share:
        """Pictures of known sources that are given the right label."""
        return Share(int(self.confusion.trace()), int(self.confusion.sum()))

    @property
    def false_positives(self) -> Share:
        """Pictures of known sources that are called unknown."""
        return self._together(known=True)

    @property
    def detected(self) -> Share | None:
        """Pictures of unknown sources that are called so; None without any."""
        if set(self.unknown) <= set(self.labels):
            return None
        return self._together(known=False)

    def to_dict(self) -> dict[str, Any]:
        """All figures as JSON holds them."""
        detected = self.detected
        return {
            "accuracy": self.accuracy.to_dict(),
            "false_positives": self.false_positives.to_dict(),
            "unknown_detected": detected and detected.to_dict(),
            "labels": list(self.labels),
            "confusion": self.confusion.tolist(),
            "called_unknown": {
                label: share.to_dict() for label, share in self.unknown.items()
            },
            "left_out": self.left_out,
            "broken": [list(pair) for pair in self.broken],
        }

    def _together(self, *, known):
        shares = [
            share
            for label, share in self.unknown.items()
            if (label in self.labels) == known
        ]
        return Share(
            sum(share.hits for share in shares),
            sum(share.images for share in shares),
        )


def evaluate(
    run: passive_run.PassiveRun,
    sources_dir: str | os.PathLike[str],
    *,
    attack: str = attacks.NONE,
    seed: int = 0,
    progress: bool = False,
) -> Evaluation:
    """Classifies sources, and compares with their labels.

    `sources_dir`: as in `sources.read`; where it has a folder `test`, only that
    counts. Folders that are no label of the run's are sources that it doesn't
    know. `attack`: what happens to the pictures first, one of `attacks.NAMES`.
    Raises `errors.DataError` if the pictures can't be read, or none is of a
    source that the run knows, or all were learned from.
    """
    found = folders.find(sources_dir, at_least=1)
    if not set(found.labels) & set(run.labels):
        raise errors.DataError(
            f"{sources_dir}: must hold a source that the run knows: "
            f"{', '.join(run.labels)}. Found {', '.join(found.labels)}. Rename "
            "the folders as the run's labels."
        )
    labelled, broken = passive_held_out.load(run, found, progress=progress)
    fresh = passive_held_out.fresh(run, labelled)
    kept = labelled.take(fresh)
    _check_left(pathlib.Path(sources_dir), found.labels, kept)
    features, logits = run.read(
        attacks.attacked(kept.images, attack, seed=seed)
    )
    unknown = run.open_set.scores(features, logits) > run.open_set.threshold
    confusion, shares = _counts(
        run.labels, found.labels, kept.sources, logits.argmax(axis=1), unknown
    )
    return Evaluation(
        run.labels, confusion, shares, int((~fresh).sum()), tuple(broken)
    )


def _counts(known, labels, sources, guesses, unknown):
    """The confusion of known sources, and who was called unknown."""
    confusion = np.zeros((len(known), len(known)), np.int64)
    shares = {}
    # Known ones first.
    for place, label in sorted(
        enumerate(labels), key=lambda pair: (pair[1] not in known, pair[1])
    ):
        here = sources == place
        shares[label] = Share(int(unknown[here].sum()), int(here.sum()))
        if label in known:
            confusion[known.index(label)] = np.bincount(
                guesses[here], minlength=len(known)
            )
    return confusion, shares


def _check_left(folder, labels, kept):
    """Raises if a source has no picture to be measured on."""
    here = set(kept.sources.tolist())
    missing = [label for place, label in enumerate(labels) if place not in here]
    if missing:
        raise errors.DataError(
            f"{folder}: must hold pictures that the run has not learned from. "
            f"There are none of {', '.join(missing)}. Give others, such as a "
            "folder `test` beside `train`."
        )
