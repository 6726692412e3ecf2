"""Does this image carry one given fingerprint?"""

import dataclasses

import numpy.typing as npt

from tf_fingerprint import fingerprints
from tf_fingerprint.attribution import matching


@dataclasses.dataclass(frozen=True)
class Detection:
    """Whether an image carries one given fingerprint.

    Args:
        detected: Whether `num_matches` reaches `threshold`.
        num_matches: Matching bits.
        num_bits: Length of the fingerprint.
        threshold: Fewest matching bits that are enough.
        false_positive_rate: Probability that chance matches as many.
    """

    detected: bool
    num_matches: int
    num_bits: int
    threshold: int
    false_positive_rate: float


def detect(
    decoded_bits: npt.ArrayLike,
    fingerprint: npt.ArrayLike,
    *,
    max_false_positive_rate: float = 1e-6,
) -> Detection:
    """Whether an image was made with this very fingerprint.

    Args:
        decoded_bits: `(num_bits,)` of 0 and 1, what the decoder read.
        fingerprint: `(num_bits,)` of 0 and 1, what is looked for.
        max_false_positive_rate: Tolerated probability that chance alone is
            taken for the fingerprint.

    Returns:
        The answer, with its odds.

    Raises:
        ValueError: If the two differ in length, or are too short for that rate
            (`errors.TooFewBitsError`).

    >>> detect([1, 0] * 16, [1] * 32).false_positive_rate
    0.5699749670457095
    """
    fingerprint = fingerprints.check_bits(fingerprint)
    num_bits = fingerprint.size
    decoded_bits = matching.check_decoded_bits(decoded_bits, 1, num_bits)
    num_matches = int((decoded_bits == fingerprint).sum())
    threshold = fingerprints.match_threshold(num_bits, max_false_positive_rate)
    return Detection(
        detected=num_matches >= threshold,
        num_matches=num_matches,
        num_bits=num_bits,
        threshold=threshold,
        false_positive_rate=fingerprints.false_positive_rate(
            num_matches, num_bits
        ),
    )
