"""What one image says, or several of one source together, bit by bit."""

import dataclasses
from typing import Self

import numpy as np
import numpy.typing as npt

from tf_fingerprint import fingerprints
from tf_fingerprint.calibration import tails
from tf_fingerprint.calibration.soft import SoftModel


@dataclasses.dataclass(frozen=True, eq=False)
class Reading:
    """Bits, and how much each of them counts.

    `bits`: `(num_bits,)` of 0 and 1; `weights`: `(num_bits,)`, whole numbers
    from 0 on.
    """

    bits: npt.NDArray[np.uint8]
    weights: npt.NDArray[np.int64]

    @classmethod
    def hard(cls, logits: npt.NDArray) -> Self:
        """The majority of the images' bits; every bit counts alike.

        `logits`: `(images, num_bits)`, at least one image.
        """
        bits = majority(logits[None])[0]
        return cls(bits, np.ones(bits.shape, np.int64))

    @classmethod
    def soft(cls, logits: npt.NDArray, model: SoftModel) -> Self:
        """The images' log-likelihood ratios, added up.

        `logits`: `(images, num_bits)`, at least one image; `model`: what the
        logits are worth.
        """
        ratios = model.log_likelihood_ratios(logits)
        # Image after image, in their order: every machine rounds alike.
        together = np.zeros(ratios.shape[1])
        for each in ratios:
            together = together + each
        return cls(
            (together > 0).astype(np.uint8),
            tails.whole_weights(np.abs(together)),
        )

    @classmethod
    def weighed(cls, logits: npt.NDArray) -> Self:
        """The mean logits, weighed as `fingerprints.accuse` does.

        `logits`: `(num_bits,)`, the mean over the images.
        """
        return cls(
            (logits > 0).astype(np.uint8), fingerprints.bit_weights(logits)
        )

    @property
    def total(self) -> int:
        """Weight of all bits."""
        return int(self.weights.sum())

    def missed(self, fingerprint: npt.NDArray[np.uint8]) -> int:
        """Weight of the bits in which a fingerprint disagrees."""
        return int(self.weights[self.bits != fingerprint].sum())

    def log10_rate(self, missed: int) -> float:
        """Chance that a fingerprint drawn at random misses no more weight."""
        return tails.log10_tail(self.weights.tolist(), missed)


def majority(logits: npt.NDArray) -> npt.NDArray[np.uint8]:
    """The bits that most images of a group show.

    Args:
        logits: `(groups, images, num_bits)`.

    Returns:
        `(groups, num_bits)`; where as many images say 0 as 1, the sign of the
        logits' sum decides.
    """
    votes = np.where(logits > 0, 1, -1).sum(axis=1)
    sums = logits.sum(axis=1, dtype=np.float64)
    return np.where(votes == 0, sums > 0, votes > 0).astype(np.uint8)
