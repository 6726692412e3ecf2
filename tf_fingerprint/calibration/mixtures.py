"""Images that two candidates explain better than any one of them.

Two recipients who average their models leave a decoder guessing where their
fingerprints differ. Where they agree it still reads both.
"""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.calibration.findings import Mixture


def best(
    decoded_bits: npt.NDArray[np.uint8],
    suspects: Sequence[registry.IssuanceRecord],
    num_candidates: int,
) -> Mixture | None:
    """The two suspects whose common bits are matched best.

    Of two fingerprints drawn at random, the bits in which they agree are fair
    coins: their matches are binomial. The correction counts all pairs of
    candidates, so that it holds whichever suspects were looked at.

    Args:
        decoded_bits: `(num_bits,)` of 0 and 1.
        suspects: The nearest candidates.
        num_candidates: Number of candidates they were chosen from.

    Returns:
        The mixture, or None if there are no two suspects with common bits.
    """
    bits = [record.bits for record in suspects]
    log10_pairs = math.log10(max(1, math.comb(num_candidates, 2)))
    found = []
    for one, other in itertools.combinations(range(len(suspects)), 2):
        common = bits[one] == bits[other]
        if not common.any():
            continue
        num_common = int(common.sum())
        matches = int((decoded_bits == bits[one])[common].sum())
        log10_rate = fingerprints.log10_false_positive_rate(matches, num_common)
        found.append(
            Mixture(
                candidates=(suspects[one], suspects[other]),
                num_common=num_common,
                num_matches=matches,
                log10_p_corrected=min(0.0, log10_rate + log10_pairs),
            )
        )
    return min(found, key=lambda each: each.log10_p_corrected, default=None)
