"""Logits of many photographs in a byte each."""

import dataclasses
import functools
from typing import Self

import numpy as np
import numpy.typing as npt

# Of either sign. More would cost memory and tell nothing: rates are counted by
# logits whose weights are as coarse; see `fingerprints.MAX_WEIGHT`.
MAX_LEVEL = 63

# Share of the logits within the levels; larger ones become the largest.
_WITHIN = 0.999


@dataclasses.dataclass(frozen=True, eq=False)
class Levels:
    """Logits rounded to the middle of steps; none loses its sign.

    Level n stands for logits above n steps and up to n + 1, so that levels
    from 0 on are 1 bits and those below are 0 bits.

    Args:
        values: `(photographs, num_bits)`, whole numbers from -64 to 63.
        step: Difference of two levels' logits.

    Raises:
        ValueError: If a level is none, or the step not above 0.
    """

    values: npt.NDArray[np.int8]
    step: float

    def __post_init__(self):
        low, high = -MAX_LEVEL - 1, MAX_LEVEL
        values = np.asarray(self.values)
        if (values < low).any() or (values > high).any():
            raise ValueError(
                f"Levels must lie from {low} to {high}. Received from "
                f"{values.min()} to {values.max()}."
            )
        if not 0 < self.step < np.inf:
            raise ValueError(
                f"`step` must be a number above 0. Received {self.step}."
            )

    @classmethod
    def of(cls, logits: npt.ArrayLike) -> Self:
        """Rounds logits, so finely that nearly all are within the levels.

        Args:
            logits: `(photographs, num_bits)`.
        """
        logits = np.asarray(logits, np.float64)
        sizes = np.abs(logits)
        largest = np.quantile(sizes, _WITHIN) or sizes.max() or 1.0
        step = float(f"{largest / MAX_LEVEL:.6g}")
        values = np.ceil(logits / step) - 1
        values = np.clip(values, -MAX_LEVEL - 1, MAX_LEVEL)
        return cls(values.astype(np.int8), step)

    def __len__(self) -> int:
        return len(self.values)

    @functools.cached_property
    def bits(self) -> npt.NDArray[np.uint8]:
        """`(photographs, num_bits)` of 0 and 1; of no logit it is another."""
        return (self.values >= 0).astype(np.uint8)

    @functools.cached_property
    def logits(self) -> npt.NDArray[np.float32]:
        """`(photographs, num_bits)`; never 0."""
        return ((self.values + 0.5) * self.step).astype(np.float32)
