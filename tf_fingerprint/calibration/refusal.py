"""Which fresh fingerprints must not be handed out.

Near the decoder's habitual answers a fingerprint is matched by photographs far
more often than the formula says. Its recipient would be accused wrongly.
"""

import functools

import numpy as np
import numpy.typing as npt

from tf_fingerprint import fingerprints

# At the matches that chance brings 1 in 1,000 to, ten times as many
# photographs are tolerated; at those for 1 in 1,000,000, none.
GUARDED_RATE, MAX_MEASURED_RATE = 1e-3, 1e-2
FORBIDDEN_RATE = 1e-6


@functools.cache
def guarded_matches(num_bits: int) -> tuple[int, int]:
    """Matching bits from which on issuance looks at photographs.

    Args:
        num_bits: Length of the fingerprints.

    Returns:
        Those that few photographs may reach, and those that none may; beyond
        `num_bits` where fingerprints are too short for such odds.

    Example:

    >>> guarded_matches(128)
    (82, 92)
    """
    few, none = (
        num_bits + 1
        if rate < 2**-num_bits
        else fingerprints.match_threshold(num_bits, rate)
        for rate in (GUARDED_RATE, FORBIDDEN_RATE)
    )
    return few, none


def is_refused(
    matches: npt.NDArray[np.integer],
    num_bits: int,
    max_measured_rate: float = MAX_MEASURED_RATE,
) -> bool:
    """Whether photographs match a fingerprint too often or too well.

    Args:
        matches: `(photographs,)`, their matching bits with it.
        num_bits: Length of the fingerprint.
        max_measured_rate: Share of the photographs that may match as many
            bits as chance lets 1 in 1,000 match.

    Returns:
        True if more of them do, or if any single photograph matches as many
        bits as chance lets 1 in 1,000,000 match.
    """
    guarded, forbidden = guarded_matches(num_bits)
    is_frequent = (matches >= guarded).mean() > max_measured_rate
    return bool(is_frequent or (matches >= forbidden).any())
