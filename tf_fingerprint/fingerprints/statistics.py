"""How many matching bits are evidence, and of how much."""

import bisect
import fractions
import functools
import itertools
import math

from tf_fingerprint import errors


def false_positive_rate(num_matches: int, num_bits: int) -> float:
    """Probability that chance alone matches at least `num_matches` bits.

    The fingerprint was drawn uniformly and independently of the image, so the
    number of matches is Binomial(num_bits, 1/2) whatever the decoder outputs:
    the randomness is the issuer's, not the image's. Over one given fingerprint
    and many photographs it need not hold, because a decoder's answers to those
    are neither fair nor independent.

    Computed in exact integer arithmetic and rounded once; the tail of a
    128-bit fingerprint lies far below what a float CDF can resolve.

    Args:
        num_matches: Matching bits, from 0 to `num_bits`.
        num_bits: Length of the fingerprint.

    Returns:
        A probability in (0, 1].

    Raises:
        ValueError: If `num_matches` is outside `[0, num_bits]`.

    Example:

    >>> false_positive_rate(num_matches=8, num_bits=8)
    0.00390625
    >>> f"{false_positive_rate(num_matches=96, num_bits=128):.1e}"
    '6.4e-09'
    """
    return _chance_count(num_matches, num_bits) / 2**num_bits


def log10_false_positive_rate(num_matches: int, num_bits: int) -> float:
    """Decimal logarithm of `false_positive_rate`, at any length.

    For rates that a float can't hold, as where the bits of many images are
    counted together.

    Args:
        num_matches: Matching bits, from 0 to `num_bits`.
        num_bits: Number of bits compared.

    Returns:
        A logarithm, at most 0.

    Raises:
        ValueError: If `num_matches` is outside `[0, num_bits]`.

    Example:

    >>> round(log10_false_positive_rate(num_matches=2000, num_bits=2000), 2)
    -602.06
    """
    count, total = _chance_count(num_matches, num_bits), 2**num_bits
    if 2 * count > total:  # Near 1, only the complement keeps its digits.
        return math.log1p(-((total - count) / total)) / math.log(10)
    return math.log10(count) - num_bits * math.log10(2)


def corrected_p_value(rate: float, num_candidates: int) -> float:
    """Bounds the chance that any of several candidates matches that well.

    Bonferroni's union bound, `min(1, num_candidates * rate)`; it holds however
    the candidates depend on each other.

    Args:
        rate: False-positive rate of one comparison.
        num_candidates: Number of fingerprints compared against.

    Returns:
        A probability in [0, 1].

    Example:

    >>> corrected_p_value(0.00390625, num_candidates=16)
    0.0625
    """
    return min(1.0, num_candidates * rate)


def match_threshold(
    num_bits: int, max_false_positive_rate: float, num_candidates: int = 1
) -> int:
    """Fewest matching bits that keep chance hits under a given rate.

    With `num_candidates` issued fingerprints an image has that many chances to
    match by luck; the union bound divides the allowed rate among them.

    Args:
        num_bits: Length of the fingerprint.
        max_false_positive_rate: Largest tolerated probability that an image
            from elsewhere is accused, over all candidates together.
        num_candidates: Number of issued fingerprints compared against.

    Returns:
        The threshold, in bits.

    Raises:
        ValueError: If the rate is not in (0, 1], or there is no candidate.
        errors.TooFewBitsError: If even a perfect match is not evidence enough;
            also a `ValueError`.

    Example:

    >>> match_threshold(num_bits=128, max_false_positive_rate=1e-6)
    92
    >>> match_threshold(128, 1e-6, num_candidates=1_000_000)
    103
    """
    if not 0 < max_false_positive_rate <= 1:
        raise ValueError(
            "`max_false_positive_rate` must lie above 0 and not above 1. "
            f"Received {max_false_positive_rate}."
        )
    if num_candidates < 1:
        raise ValueError(
            f"`num_candidates` must be at least 1. Received {num_candidates}."
        )
    # Whole numbers on both sides, so that no rounding moves the threshold.
    rate = fractions.Fraction(max_false_positive_rate)
    allowed_count = rate * 2**num_bits / num_candidates
    threshold = bisect.bisect_left(
        range(num_bits + 1),
        True,
        key=lambda k: _chance_count(k, num_bits) <= allowed_count,
    )
    if threshold > num_bits:
        raise errors.TooFewBitsError(
            f"{num_bits} bits cannot tell {num_candidates} fingerprints from "
            f"chance at a false-positive rate of {max_false_positive_rate}: a "
            f"perfect match alone has {num_candidates / 2**num_bits:.1e}. Use "
            "longer fingerprints or accept a higher `max_false_positive_rate`."
        )
    return threshold


def max_candidates(
    num_matches: int, num_bits: int, max_false_positive_rate: float
) -> int:
    """Among how many candidates as good a match is evidence.

    The other way round than `match_threshold`.

    Args:
        num_matches: Matching bits.
        num_bits: Length of the fingerprint.
        max_false_positive_rate: As there.

    Returns:
        Their number; 0 if it would not be evidence against a single one.

    Example:

    >>> max_candidates(92, 128, 1e-6), max_candidates(91, 128, 1e-6)
    (2, 0)
    """
    rate = false_positive_rate(num_matches, num_bits)
    return math.floor(max_false_positive_rate / rate)


def _chance_count(num_matches: int, num_bits: int) -> int:
    """Number of bit strings that agree with a given one in enough bits."""
    if num_bits < 1 or not 0 <= num_matches <= num_bits:
        raise ValueError(
            "`num_matches` must lie between 0 and `num_bits`, which must be "
            f"at least 1. Received: num_matches={num_matches}, "
            f"num_bits={num_bits}."
        )
    return _tail_counts(int(num_bits))[num_matches]


@functools.lru_cache(maxsize=16)
def _tail_counts(num_bits: int) -> tuple[int, ...]:
    """Sums of binomial coefficients from k upwards, for each k."""
    from_the_top = itertools.accumulate(
        math.comb(num_bits, k) for k in range(num_bits, -1, -1)
    )
    return tuple(from_the_top)[::-1]
