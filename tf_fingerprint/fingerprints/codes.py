"""Accusing whoever mixed copies: matches weighed by how surely they were read.

Two recipients who average their copies leave bits of three kinds: where their
fingerprints agree, the decoder reads what both have, as surely as ever; where
they differ, it reads either, and its logits are small. Counting all matches
alike drowns 64 sure bits in 64 drawn ones. So each bit counts by its weight, a
whole number that grows with its logit:

    score of a recipient = sum of the weights of all bits that match

Weights come from the picture alone. Whoever had no part in it drew each bit
fairly and independently of the picture, so that his score is a sum of weights
of which each was kept by the flip of a coin. The probability that this reaches
a given score is computed exactly, whatever the weights: a poor decoder, or one
that has been fooled, names fewer of the guilty but no more of the innocent.

Where all weights are 1 this is the number of matching bits; so is, up to scale,
the symmetric score of Tardos codes where bits are drawn fairly, and the fair
draw is the code of Nuida et al. against two colluders.

Reference:
    Skoric et al., 2008, Section 2 (https://arxiv.org/abs/cs/0607131); Nuida et
    al., 2009, Table 1 (https://doi.org/10.1007/s10623-008-9238-7).
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from tf_fingerprint.fingerprints.bits import check_bits

MAX_WEIGHT = 31

# Share of the bits, the surest, that have the largest weight: one logit that
# stands out must not make all others worthless.
_SURE = 0.05

# Candidates compared at a time: 4 bytes for each bit of each.
_PART = 2**14


@dataclasses.dataclass(frozen=True)
class Accusation:
    """Who had a part in a picture, as far as can be told.

    Args:
        places: Of the fingerprints that are accused, highest score first.
        scores: Their scores.
        rates: The probability, for each, that chance alone gives one innocent
            candidate such a score.
        threshold: Lowest score that is enough among this many candidates; one
            more than any can have if none is.
        highest_score: Sum of all weights.
        num_candidates: Number of fingerprints compared.
    """

    places: tuple[int, ...]
    scores: tuple[int, ...]
    rates: tuple[float, ...]
    threshold: int
    highest_score: int
    num_candidates: int


def accuse(
    logits: npt.ArrayLike,
    fingerprints: npt.ArrayLike,
    *,
    max_false_positive_rate: float = 1e-6,
    num_candidates: int | None = None,
) -> Accusation:
    """Names all whose score is too high for chance.

    Args:
        logits: `(num_bits,)`, what a decoder read in a picture; of several
            pictures of one model, the mean.
        fingerprints: `(candidates, num_bits)` of 0 and 1, all that were issued.
        max_false_positive_rate: Tolerated probability that anybody is named who
            had no part in the picture, over all candidates together.
        num_candidates: If only those with the highest scores are given, from
            how many they were chosen; the odds are corrected for all of them.

    Returns:
        The accused, none, one or several.

    Raises:
        ValueError: If lengths differ, the rate is not in (0, 1], or they were
            chosen from fewer than there are.
    """
    if not 0 < max_false_positive_rate <= 1:
        raise ValueError(
            "`max_false_positive_rate` must lie above 0 and not above 1. "
            f"Received {max_false_positive_rate}."
        )
    logits = np.asarray(logits, np.float64)
    weights = bit_weights(logits)
    scores = weighted_matches(logits > 0, weights, fingerprints)
    tail = weighted_tail(weights)
    if num_candidates is None:
        num_candidates = len(scores)
    if num_candidates < len(scores):
        raise ValueError(
            "`num_candidates` must be at least the number of fingerprints, "
            f"{len(scores)}. Received {num_candidates}."
        )
    enough = tail * max(1, num_candidates) <= max_false_positive_rate
    threshold = int(np.count_nonzero(~enough))  # The tail falls.
    accused = np.flatnonzero(scores >= threshold)
    accused = accused[np.argsort(-scores[accused], kind="stable")]
    return Accusation(
        places=tuple(accused.tolist()),
        scores=tuple(scores[accused].tolist()),
        rates=tuple(tail[scores[accused]].tolist()),
        threshold=threshold,
        highest_score=int(weights.sum()),
        num_candidates=num_candidates,
    )


def bit_weights(logits: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """How much each bit of a picture counts.

    Proportional to the logit's size, because averaged copies average their
    logits: measured, where two of three have a 1, it is a third as large as
    where all have.

    Args:
        logits: `(..., num_bits)`, what a decoder read; each picture by itself.

    Returns:
        The same shape, whole numbers from 0 to 31.

    Raises:
        ValueError: If `logits` are not finite numbers, or there are no bits.

    Example:

    >>> bit_weights([-8.0, 0.1, 4.0, -4.0, 3.0]).tolist()
    [31, 0, 17, 17, 13]
    """
    logits = np.asarray(logits, np.float64)
    if not logits.ndim or not logits.shape[-1] or not np.isfinite(logits).all():
        raise ValueError(
            "`logits` must be finite numbers, those of each picture along the "
            f"last axis. Received an array with {logits.ndim} axes."
        )
    sizes = np.abs(logits)
    limits = np.quantile(sizes, 1 - _SURE, axis=-1, keepdims=True)
    largest = sizes.max(axis=-1, keepdims=True)
    limits = np.where(limits > 0, limits, np.where(largest > 0, largest, 1.0))
    return np.rint(MAX_WEIGHT * np.minimum(1, sizes / limits)).astype(np.int64)


def weighted_matches(
    decoded_bits: npt.ArrayLike,
    weights: npt.ArrayLike,
    fingerprints: npt.ArrayLike,
) -> npt.NDArray[np.int64]:
    """The score of each candidate: the weights of the bits that match.

    Args:
        decoded_bits: `(num_bits,)` of 0 and 1.
        weights: `(num_bits,)`, whole numbers from 0 on.
        fingerprints: `(candidates, num_bits)` of 0 and 1.

    Returns:
        `(candidates,)`.

    Raises:
        ValueError: If the lengths differ.

    Example:

    >>> weighted_matches([1, 0, 1], [1, 2, 4], [[1, 0, 0], [0, 1, 0]]).tolist()
    [3, 0]
    """
    decoded_bits = check_bits(decoded_bits)
    weights = np.asarray(weights)
    fingerprints = np.asarray(fingerprints)
    num_bits = len(decoded_bits)
    if fingerprints.shape[1:] != (num_bits,) or weights.shape != (num_bits,):
        raise ValueError(
            f"`weights` must have as many values as there are decoded bits, "
            f"{num_bits}, and `fingerprints` as many columns. Received "
            f"{weights.shape[-1:]} and {fingerprints.shape[1:]}."
        )
    # Whole numbers far below 2**24: exact in float32, which is fast.
    signs = (weights * np.where(decoded_bits, 1, -1)).astype(np.float32)
    base = weights[decoded_bits == 0].sum()
    scores = np.empty(len(fingerprints), np.int64)
    for start in range(0, len(fingerprints), _PART):
        part = check_bits(fingerprints[start : start + _PART])
        scores[start : start + _PART] = part.astype(np.float32) @ signs + base
    return scores


def weighted_tail(weights: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Probabilities that chance alone reaches each score.

    Of a sum of the weights, each kept with probability 1/2. Computed by adding
    one bit after the other to the whole distribution: nothing but sums of
    positive numbers, so that the smallest tail has all its digits.

    Args:
        weights: `(num_bits,)`, whole numbers from 0 on.

    Returns:
        `(sum(weights) + 2,)`: at place `score`, the probability of at least
        that score. The last one is 0.

    Raises:
        ValueError: If a weight is negative or not a whole number.

    Example:

    >>> weighted_tail([1, 3]).tolist()
    [1.0, 0.75, 0.5, 0.5, 0.25, 0.0]
    """
    given = np.asarray(weights)
    weights = given.astype(np.int64)
    if given.ndim != 1 or (weights != given).any() or (weights < 0).any():
        raise ValueError(
            "`weights` must be whole numbers from 0 on, along one axis. "
            f"Received {given!r}."
        )
    chances = np.zeros(weights.sum() + 2)
    chances[0], highest = 1.0, 0
    for weight in weights:
        kept = chances[: highest + 1] / 2
        chances[: highest + 1] = kept
        chances[weight : highest + weight + 1] += kept
        highest += weight
    return chances[::-1].cumsum()[::-1]
