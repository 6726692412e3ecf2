"""Does an image carry any fingerprint at all, issued or not?"""

import dataclasses
from collections.abc import Sequence
from typing import Any
from typing import Self

import numpy as np
import numpy.typing as npt

from tf_fingerprint.calibration.null_rates import MeasuredRate

# Blocks of neighbours that alternate between fitting and testing: photographs
# of one series must not sit on both sides.
_NUM_BLOCKS = 20

# Share of independent bits mixed in, so that a direction that no photograph
# happened to show is not taken for impossible.
_SHRINKAGE = 0.1


@dataclasses.dataclass(frozen=True, eq=False)
class PresenceTest:
    """How unlike any photograph's answer a decoded image is.

    What the decoder answers on photographs is biased and correlated: a few
    habits. A fresh fingerprint has none. The score is the squared Mahalanobis
    distance of the decoded bits, as -1 and 1, from the photographs', of which
    every source counts alike, however many photographs it has.

    Args:
        center: `(num_bits,)`, mean of the photographs' bits.
        precision: `(num_bits, num_bits)`, inverse of their covariance.
        threshold: Score above which an image carries some fingerprint.
        tested: How often photographs that were not fitted on score higher, by
            source.
    """

    center: npt.NDArray[np.float64]
    precision: npt.NDArray[np.float64]
    threshold: float
    tested: dict[str, MeasuredRate]

    @classmethod
    def fit(
        cls,
        decoded_bits: npt.NDArray[np.uint8],
        sources: Sequence[tuple[str, int]],
        max_rate: float,
    ) -> Self:
        """Learns the habits from half of the photographs, tests on the other.

        Args:
            decoded_bits: `(photographs, num_bits)`, source after source,
                neighbours alike.
            sources: Name of each source and number of its photographs, at
                least two.
            max_rate: Share of the other half of any source that may score
                above the threshold.
        """
        signs = 2 * decoded_bits.astype(np.float64) - 1
        ends = np.cumsum([count for _, count in sources])[:-1]
        halves = [_halves(part) for part in np.split(signs, ends)]
        center = np.mean([half.mean(axis=0) for half, _ in halves], axis=0)
        covariance = np.mean(
            [
                (half - center).T @ (half - center) / len(half)
                for half, _ in halves
            ],
            axis=0,
        )
        precision = np.linalg.inv(
            (1 - _SHRINKAGE) * covariance + _SHRINKAGE * np.eye(len(center))
        )
        held_out = [_scores(half, center, precision) for _, half in halves]
        threshold = max(
            float(np.sort(scores)[-1 - int(max_rate * len(scores))])
            for scores in held_out
        )
        tested = {
            name: MeasuredRate.of(int((scores > threshold).sum()), len(scores))
            for (name, _), scores in zip(sources, held_out, strict=True)
        }
        return cls(center, precision, threshold, tested)

    def scores(self, decoded_bits: npt.NDArray[np.uint8]) -> npt.NDArray:
        """How unlike photographs' answers these are.

        Args:
            decoded_bits: `(images, num_bits)` of 0 and 1.

        Returns:
            `(images,)`.
        """
        signs = 2 * decoded_bits.astype(np.float64) - 1
        return _scores(signs, self.center, self.precision)

    def to_dict(self) -> dict[str, Any]:
        """Threshold and measured rate as JSON can hold them."""
        tested = {name: rate.to_dict() for name, rate in self.tested.items()}
        return {"threshold": self.threshold, "tested": tested}


def _halves(signs):
    """Blocks of neighbours, in turn to fit on and to test on."""
    size = max(1, len(signs) // _NUM_BLOCKS)
    is_fitted = np.arange(len(signs)) // size % 2 == 0
    return signs[is_fitted], signs[~is_fitted]


def _scores(signs, center, precision):
    distances = signs - center
    return ((distances @ precision) * distances).sum(axis=-1)
