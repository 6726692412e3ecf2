"""When is a picture of none of the sources?

A score says how little a picture is like those of any source. Its threshold
comes from pictures of the sources that the classifier has not learned from:
with n of them, the k-th smallest score, k = ceil((n + 1) * (1 - rate)). If new
pictures of the sources are like those, a share of at most `rate` of them is
above it, however the scores are distributed. Where either of two scores
suffices, each has half of the rate.

Nothing is promised of how many pictures from elsewhere are found out.

Reference:
    Vovk, Gammerman and Shafer, 2005 (https://doi.org/10.1007/b106715).
    Liu et al., 2020 (https://arxiv.org/abs/2010.03759).
"""

import dataclasses
import json
import math
import os
import pathlib
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.special

from tf_fingerprint import calibration
from tf_fingerprint import errors

ENERGY, DISTANCE, EITHER = "energy", "distance", "either"
SCORES = (ENERGY, DISTANCE, EITHER)

# What `EITHER` consists of, in the order of its scales.
BOTH = (ENERGY, DISTANCE)

# What keeps rarely used directions of the features from counting for all.
_RIDGE = 1e-3


@dataclasses.dataclass(frozen=True, eq=False)
class Space:
    """Features in which sources are round clouds of the same size.

    `whitening`: `(features, directions)`: what features are multiplied by;
    `means`: `(sources, directions)`, of what comes out.
    """

    whitening: npt.NDArray[np.float32]
    means: npt.NDArray[np.float32]

    @classmethod
    def of(
        cls, features: npt.NDArray[np.float32], sources: npt.NDArray[np.int64]
    ) -> "Space":
        """The space of pictures whose sources are known.

        `features`: `(images, features)`; `sources`: `(images,)`, each from 0 to
        the last at least once.
        """
        features = features.astype("float64")
        means = np.stack(
            [features[sources == k].mean(axis=0) for k in np.unique(sources)]
        )
        around = features - means[sources]
        covariance = around.T @ around / len(features)
        values, vectors = np.linalg.eigh(covariance)
        ridge = _RIDGE * max(values.mean(), 1e-12)
        whitening = vectors / np.sqrt(np.maximum(values, 0) + ridge)
        return cls(
            whitening.astype("float32"), (means @ whitening).astype("float32")
        )

    def distances(
        self, features: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float64]:
        """Squared distance from the nearest source's mean, `(images,)`."""
        places = (features @ self.whitening).astype("float64")
        apart = places[:, None] - self.means[None]
        return (apart**2).sum(axis=-1).min(axis=1)


@dataclasses.dataclass(frozen=True, eq=False)
class OpenSet:
    """A score with its threshold.

    `threshold`: above which a picture is of none of the sources;
    `max_false_positive_rate`: tolerated share of the sources' own pictures
    above it; `above`: how many of those are above it; `space`: of the distance;
    None with the energy. `scales`: with `EITHER`, the threshold of each of
    `BOTH`, and what its values scatter by: its score is the larger of what
    exceeds them.
    """

    score: str
    threshold: float
    max_false_positive_rate: float
    images: int
    above: int
    space: Space | None = None
    scales: tuple[tuple[float, float], ...] = ()

    @classmethod
    def calibrate(
        cls,
        score: str,
        features: npt.NDArray[np.float32],
        logits: npt.NDArray[np.float32],
        *,
        max_false_positive_rate: float,
        space: Space | None = None,
    ) -> "OpenSet":
        """Takes the threshold from pictures that nothing was learned from.

        `features`: `(images, features)`; `logits`: `(images, sources)`;
        `space`: needed by the distance, and so by `EITHER`.
        """
        needed = images_needed(max_false_positive_rate, score)
        if len(logits) < needed:
            raise ValueError(
                f"There must be {needed} images for a rate of "
                f"{max_false_positive_rate:g}. Received {len(logits)}."
            )
        scales: tuple[tuple[float, float], ...] = ()
        threshold = 0.0
        if score == EITHER:
            rate = max_false_positive_rate / 2
            parts = [scores_of(one, features, logits, space) for one in BOTH]
            scales = tuple(
                (_threshold(part, rate), float(part.std()) or 1.0)
                for part in parts
            )
        found = scores_of(score, features, logits, space, scales)
        if score != EITHER:
            threshold = _threshold(found, max_false_positive_rate)
        above = int((found > threshold).sum())
        return cls(
            score,
            threshold,
            max_false_positive_rate,
            len(found),
            above,
            space if score != ENERGY else None,
            scales,
        )

    def scores(
        self,
        features: npt.NDArray[np.float32],
        logits: npt.NDArray[np.float32],
    ) -> npt.NDArray[np.float64]:
        """How little each picture is like those of any source, `(images,)`."""
        return scores_of(self.score, features, logits, self.space, self.scales)

    def to_dict(self) -> dict[str, Any]:
        """What a reader should know, as JSON holds it."""
        low, high = calibration.rate_interval(self.above, self.images)
        scales = {"scales": self.scales} if self.scales else {}
        return {
            "score": self.score,
            **scales,
            "threshold": self.threshold,
            "max_false_positive_rate": self.max_false_positive_rate,
            "images": self.images,
            "above": self.above,
            "rate_low": low,
            "rate_high": high,
        }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it: a JSON file, and for the distance a `.npz` beside it."""
        path = pathlib.Path(path)
        if self.space is not None:
            draft = path.with_name(f".draft-{path.stem}.npz")
            np.savez(
                draft, whitening=self.space.whitening, means=self.space.means
            )
            os.replace(draft, path.with_suffix(".npz"))
        draft = path.with_name(f".draft-{path.name}")
        draft.write_text(json.dumps(self.to_dict(), indent=2))
        os.replace(draft, path)


def load(path: str | os.PathLike[str]) -> OpenSet:
    """Reads what `OpenSet.save` wrote."""
    path = pathlib.Path(path)
    try:
        known = json.loads(path.read_text())
        space = None
        scales = known["scales"] if known["score"] == EITHER else ()
        if known["score"] != ENERGY:
            with np.load(path.with_suffix(".npz")) as arrays:
                space = Space(arrays["whitening"], arrays["means"])
        return OpenSet(
            known["score"],
            float(known["threshold"]),
            float(known["max_false_positive_rate"]),
            int(known["images"]),
            int(known["above"]),
            space,
            tuple((float(at), float(by)) for at, by in scales),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise errors.RunError(
            f"{path}: can't be read as the threshold of a passive run. "
            f"{error}. Has its training ended?"
        ) from error


def energies(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Minus the logarithm of the sum of the logits' exponentials.

    `logits`: `(images, sources)`. Returns `(images,)`; high where no source is
    likely.
    """
    return -scipy.special.logsumexp(logits.astype("float64"), axis=-1)


def scores_of(score, features, logits, space=None, scales=()):
    """Any of the scores, `(images,)`; see `OpenSet`."""
    if score == ENERGY:
        return energies(logits)
    if space is None:
        raise ValueError("`space` must be given for the distance.")
    if score == DISTANCE:
        return space.distances(features)
    exceeding = [
        (scores_of(one, features, logits, space) - at) / by
        for one, (at, by) in zip(BOTH, scales, strict=True)
    ]
    return np.maximum(*exceeding)


def images_needed(max_false_positive_rate: float, score: str) -> int:
    """Fewest pictures that a threshold for this rate can rest on.

    Example:

    >>> images_needed(0.05, DISTANCE), images_needed(0.05, EITHER)
    (19, 39)
    """
    parts = len(BOTH) if score == EITHER else 1
    return math.ceil(parts / max_false_positive_rate - 1 - 1e-9)


def _threshold(scores, rate):
    """The score above which at most this share of new pictures are."""
    # So written, 0.05 of 20 is 1 in floating point too.
    beyond = math.floor((len(scores) + 1) * rate + 1e-9)
    return float(np.sort(scores)[len(scores) - beyond])
