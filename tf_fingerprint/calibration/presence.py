"""Does an image carry any fingerprint at all, issued or not?"""

import dataclasses
from typing import Any
from typing import Self

import numpy as np
import numpy.typing as npt

from tf_fingerprint.calibration.null import MeasuredRate

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
    distance of the decoded bits, as -1 and 1, from the photographs'.

    Args:
        center: `(num_bits,)`, mean of the photographs' bits.
        precision: `(num_bits, num_bits)`, inverse of their covariance.
        threshold: Score above which an image carries some fingerprint.
        tested: How often photographs that were not fitted on score higher.
    """

    center: npt.NDArray[np.float64]
    precision: npt.NDArray[np.float64]
    threshold: float
    tested: MeasuredRate

    @classmethod
    def fit(cls, decoded_bits: npt.NDArray[np.uint8], max_rate: float) -> Self:
        """Learns the habits from half of the photographs, tests on the other.

        Args:
            decoded_bits: `(photographs, num_bits)`, neighbours alike.
            max_rate: Share of the other half that may score above the
                threshold.

        Returns:
            The test.
        """
        signs = 2 * decoded_bits.astype(np.float64) - 1
        size = max(1, -(-len(signs) // _NUM_BLOCKS))
        fitted = np.arange(len(signs)) // size % 2 == 0
        center = signs[fitted].mean(axis=0)
        spread = signs[fitted] - center
        covariance = spread.T @ spread / len(spread)
        independent = np.eye(len(center))
        precision = np.linalg.inv(
            (1 - _SHRINKAGE) * covariance + _SHRINKAGE * independent
        )
        held_out = _scores(signs[~fitted], center, precision)
        ordered = np.sort(held_out)
        num_above = int(max_rate * len(ordered))
        threshold = float(ordered[-1 - num_above])
        hits = int((held_out > threshold).sum())
        return cls(
            center, precision, threshold, MeasuredRate.of(hits, len(ordered))
        )

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
        return {"threshold": self.threshold, "tested": self.tested.to_dict()}


def _scores(signs, center, precision):
    distances = signs - center
    return ((distances @ precision) * distances).sum(axis=-1)
