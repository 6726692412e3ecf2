"""How far each of a decoder's logits is to be trusted."""

import dataclasses
from typing import Self

import numpy as np
import numpy.typing as npt

_MAX_STEPS = 50

# Pulls each bit's scale towards 1 and its offset towards 0, as strongly as so
# many pictures would: a bit that was never misread has no finite best scale.
_PRIOR_STRENGTH = 1.0


@dataclasses.dataclass(frozen=True, eq=False)
class SoftModel:
    """Turns logits into log-likelihood ratios.

    The ratio of bit j is `log P(logit | bit 1) - log P(logit | bit 0)`, taken
    as `scale[j] * logit + offset[j]`. Whether it is good decides how much
    evidence is found, never whether the odds hold: those rest on the draw of
    the fingerprint alone.

    Args:
        scales: `(num_bits,)`.
        offsets: `(num_bits,)`.
        limit: Largest ratio that the pictures it was fitted on can support.
    """

    scales: npt.NDArray[np.float64]
    offsets: npt.NDArray[np.float64]
    limit: float

    @classmethod
    def fit(
        cls, logits: npt.NDArray, fingerprints: npt.NDArray[np.uint8]
    ) -> Self:
        """Fits scales and offsets by logistic regression, bit by bit.

        With fair bits the posterior log-odds are the likelihood ratio.

        Args:
            logits: `(pictures, num_bits)`, read in pictures that the generator
                made.
            fingerprints: `(pictures, num_bits)`, what they were made with,
                drawn afresh for each.

        Returns:
            The model, its numbers rounded to six digits.

        Raises:
            ValueError: If there are not as many of both.

        Reference:
            Platt, 1999, Probabilistic outputs for support vector machines.
        """
        if logits.shape != fingerprints.shape or not len(logits):
            raise ValueError(
                "`logits` and `fingerprints` must be as many, at least one of "
                f"each. Received {len(logits)} and {len(fingerprints)}."
            )
        logits = np.asarray(logits, np.float64)
        size = max(float(np.sqrt(np.square(logits).mean())), 1e-12)
        scales, offsets = _regressed(logits / size, fingerprints)
        return cls(
            np.array([float(f"{each:.6g}") for each in scales / size]),
            np.array([float(f"{each:.6g}") for each in offsets]),
            float(f"{np.log(len(logits) + 1):.6g}"),
        )

    def log_likelihood_ratios(self, logits: npt.ArrayLike) -> npt.NDArray:
        """Log-likelihood ratios, in nats; positive speaks for 1.

        Args:
            logits: `(..., num_bits)`.

        Returns:
            The same shape.
        """
        logits = np.asarray(logits, np.float64)
        ratios = logits * self.scales + self.offsets
        return np.clip(ratios, -self.limit, self.limit)


def _regressed(logits, fingerprints):
    """Newton's method for all bits at once, on logits of about unit size."""
    scales = np.ones(logits.shape[1])
    offsets = np.zeros(logits.shape[1])
    for _ in range(_MAX_STEPS):
        chances = 1 / (1 + np.exp(-(logits * scales + offsets)))
        surplus = fingerprints - chances
        curvature = chances * (1 - chances)
        slope = (surplus * logits).sum(0) - _PRIOR_STRENGTH * (scales - 1)
        rise = surplus.sum(0) - _PRIOR_STRENGTH * offsets
        a = (curvature * logits**2).sum(0) + _PRIOR_STRENGTH
        b = (curvature * logits).sum(0)
        c = curvature.sum(0) + _PRIOR_STRENGTH
        determinant = a * c - b * b
        step = (c * slope - b * rise) / determinant
        # Short steps: far from the optimum a full one may overshoot.
        scales = scales + np.clip(step, -1, 1)
        offsets = offsets + np.clip((a * rise - b * slope) / determinant, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    return scales, offsets
