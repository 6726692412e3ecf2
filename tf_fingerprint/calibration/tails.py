"""Exact odds of sums in which every bit has a weight of its own."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# Sum of the weights of one fingerprint. More is finer and slower.
TOTAL_WEIGHT = 2**12


def whole_weights(
    confidences: npt.ArrayLike, total: int = TOTAL_WEIGHT
) -> npt.NDArray[np.int64]:
    """Scales weights to whole numbers with about a given sum.

    Whole numbers can be counted with, so that the odds of their sums are
    exact, the same on every machine, and checked with a few lines of any
    language.

    Args:
        confidences: `(num_bits,)`, not negative: how much a bit counts.
        total: What the weights sum up to, but for rounding.

    Returns:
        `(num_bits,)`; all 0 if nothing counts.

    Raises:
        ValueError: If one is negative or not a number.

    Example:

    >>> whole_weights([0.5, 1.0, 2.5], total=8).tolist()
    [1, 2, 5]
    """
    confidences = np.asarray(confidences, np.float64)
    if not (np.isfinite(confidences) & (confidences >= 0)).all():
        raise ValueError(
            "`confidences` must be numbers from 0 on. Received "
            f"{confidences.tolist()}."
        )
    # Summed without rounding: every machine gets the same whole numbers.
    whole = math.fsum(confidences.tolist())
    if whole == 0:
        return np.zeros(confidences.shape, np.int64)
    return np.rint(confidences * (total / whole)).astype(np.int64)


def log10_tail(weights: Sequence[int], missed: int) -> float:
    """Decimal logarithm of the chance to miss at most so much weight.

    Each bit of a fingerprint that was drawn without regard to the image
    agrees with what was read by the toss of a fair coin. So of all
    `2**num_bits` fingerprints this counts those whose disagreeing bits have at
    most `missed` weight together. With all weights 1 it is the binomial tail.

    Args:
        weights: Whole numbers from 0 on, one a bit.
        missed: Weight of the bits in which a fingerprint disagrees.

    Returns:
        A logarithm, at most 0.

    Raises:
        ValueError: If a weight or `missed` is negative.

    Example:

    >>> log10_tail([1] * 8, missed=0) == -8 * math.log10(2)
    True
    >>> print(f"{10 ** log10_tail([3, 1, 1], missed=1):.3f}")  # 3 of 8
    0.375
    """
    weights = [int(weight) for weight in weights]
    missed = int(missed)
    if missed < 0 or min(weights, default=0) < 0:
        raise ValueError(
            "`weights` and `missed` must not be negative. Received "
            f"missed={missed}, smallest weight {min(weights, default=0)}."
        )
    num_bits = len(weights)
    count = _count_within(weights, min(missed, sum(weights)))
    complement = 2**num_bits - count
    if complement < count:  # Near 1, only the complement keeps its digits.
        return math.log1p(-(complement / 2**num_bits)) / math.log(10)
    return math.log10(count) - num_bits * math.log10(2)


def _count_within(weights, limit):
    """How many subsets of the weights sum up to at most `limit`.

    The product of `1 + x**weight` holds the number of subsets of each sum. One
    large whole number holds the product, a field for each power of x, none of
    which can overflow into the next.
    """
    field = len(weights) + 1
    keep = (1 << field * (limit + 1)) - 1  # Larger sums don't matter.
    product = 1
    for weight in weights:
        product += (product << field * weight) & keep
    # Horner's rule at x = 1 would take `limit` steps; this is one remainder,
    # as each field is a digit to the base `2**field`.
    return _digit_sum(product, field, limit + 1)


def _digit_sum(number, field, num_digits):
    """Sum of the digits to the base `2**field`, by halves."""
    while num_digits > 1:
        half = -(-num_digits // 2)
        low = number & ((1 << field * half) - 1)
        # The sum of all digits is at most `2**(field - 1)`: nothing carries.
        number = low + (number >> field * half)
        num_digits = half
    return number
