"""Photographs in groups, as several images of one source are judged."""

import functools

import numpy as np
import numpy.typing as npt

from tf_fingerprint import fingerprints
from tf_fingerprint.calibration import null_rates
from tf_fingerprint.calibration import readings
from tf_fingerprint.calibration.null_rates import MeasuredRate
from tf_fingerprint.calibration.soft import SoftModel


class Groups:
    """Disjoint groups of neighbouring photographs.

    Neighbours, because images of one suspect are alike too.

    `decoded_bits`: `(photographs, num_bits)` of 0 and 1; `logits`: what they
    came from; `soft`: what the logits are worth. Fingerprints are `(num_bits,)`
    of 0 and 1. Where photographs are too few for a group, answers are None.
    """

    def __init__(
        self,
        decoded_bits: npt.NDArray[np.uint8],
        logits: npt.NDArray,
        soft: SoftModel,
        size: int,
    ):
        count = len(decoded_bits) // size
        shape = (count, size, decoded_bits.shape[1])
        grouped = logits[: count * size].reshape(shape)
        ratios = soft.log_likelihood_ratios(logits[: count * size])
        together = ratios.reshape(shape).sum(axis=1)
        self._bits = decoded_bits
        if size > 1:
            self._bits = readings.majority(grouped)
        self._packed = null_rates.Packed(self._bits)
        self._means = grouped.mean(axis=1, dtype=np.float64)
        self._together = together
        self._totals = np.maximum(np.abs(together).sum(axis=1), 1e-12)

    def hard_rate(
        self, fingerprint: npt.NDArray[np.uint8], num_matches: int
    ) -> MeasuredRate | None:
        """How often a group matches at least as many bits."""
        if not len(self._bits):
            return None
        matches = self._packed.matches(fingerprint)
        hits = int((matches >= num_matches).sum())
        return MeasuredRate.of(hits, len(self._bits))

    def match_histogram(
        self, fingerprint: npt.NDArray[np.uint8]
    ) -> npt.NDArray[np.int64] | None:
        """How many groups match a fingerprint in 0, 1, ... `num_bits` bits."""
        if not len(self._bits):
            return None
        return null_rates.match_histograms(self._bits, fingerprint[None])[0]

    def soft_rate(
        self, fingerprint: npt.NDArray[np.uint8], share: float
    ) -> MeasuredRate | None:
        """How often a group misses no greater share of its weight."""
        if not len(self._totals):
            return None
        surplus = self._together @ (2.0 * fingerprint - 1)
        missed = (1 - surplus / self._totals) / 2
        hits = int((missed <= share).sum())
        return MeasuredRate.of(hits, len(self._totals))

    def weighed_rate(
        self, fingerprint: npt.NDArray[np.uint8], share: float
    ) -> MeasuredRate | None:
        """How often a group matches at least such a share of its weight.

        Weighed as `fingerprints.accuse` weighs bits.
        """
        if not len(self._bits):
            return None
        surplus = self._pulls @ (2.0 * fingerprint - 1)
        totals = np.maximum(np.abs(self._pulls).sum(axis=1), 1)
        # Whole numbers on both sides, but for the share.
        hits = int(((totals + surplus) >= 2 * share * totals).sum())
        return MeasuredRate.of(hits, len(self._pulls))

    @functools.cached_property
    def _pulls(self):
        """Weights, of the sign of what was read; `(groups, num_bits)`."""
        weights = fingerprints.bit_weights(self._means)
        return np.where(self._means > 0, weights, -weights).astype(np.float64)
