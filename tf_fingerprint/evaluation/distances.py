"""Distances of sets of pictures, and of what is drawn of them again."""

from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tf_fingerprint.evaluation.metrics import fidelity
from tf_fingerprint.fingerprints import intervals

# Places drawn of one set and of the other, with repetition.
Draw = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def draws(count: int, num_draws: int) -> Iterator[Draw]:
    """All of two sets of so many, then draws of them, the same each time."""
    everything = np.arange(count)
    yield everything, everything
    yield from zip(
        intervals.draws(count, num_draws, seed=1),
        intervals.draws(count, num_draws, seed=2),
        strict=True,
    )


def frechet(
    features: npt.NDArray, other_features: npt.NDArray, draws: Iterable[Draw]
) -> list[float]:
    """Frechet distances; see `fidelity.frechet_distance`.

    `features`: `(images, num_features)`; `other_features`:
    `(other_images, num_features)`; `draws`: what to take of either, each time.
    """
    return [
        fidelity.frechet_distance(features[places], other_features[others])
        for places, others in draws
    ]


def kid(
    features: npt.NDArray, other_features: npt.NDArray, draws: Iterable[Draw]
) -> list[float]:
    """Kernel distances; see `fidelity.kernel_distance`.

    Of all pictures at once, without subsets. A picture that was drawn twice is
    not compared with itself: the set would seem more alike than it is.

    `features`: `(images, num_features)`; `other_features`:
    `(other_images, num_features)`. Returns a distance for each draw. Where
    nothing is drawn twice, it is 0 on average for sides that are alike; it may
    be negative.
    """
    left = np.asarray(features, "float64")
    right = np.asarray(other_features, "float64")
    within_left, within_right = _kernel(left, left), _kernel(right, right)
    across = _kernel(left, right)
    distances = []
    for places, others in draws:
        lefts = np.bincount(places, minlength=len(left)).astype("float64")
        rights = np.bincount(others, minlength=len(right)).astype("float64")
        distances.append(
            _mean_of_others(within_left, lefts)
            + _mean_of_others(within_right, rights)
            - 2 * lefts @ across @ rights / (lefts.sum() * rights.sum())
        )
    return distances


KINDS = {"frechet": frechet, "kid": kid}


def _kernel(left, right):
    return (left @ right.T / left.shape[1] + 1) ** 3


def _mean_of_others(kernel, counts):
    """Mean over pairs of different pictures, each as often as it was drawn."""
    total = counts @ kernel @ counts - counts**2 @ np.diag(kernel)
    return total / (counts.sum() ** 2 - (counts**2).sum())
