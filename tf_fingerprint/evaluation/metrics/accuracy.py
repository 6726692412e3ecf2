"""How well fingerprints are read back, with intervals, and whom they name.

Evaluators receive functions, not networks: whatever makes pictures and
whatever reads them can be measured, with any perturbation in between.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
import typing
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tf_fingerprint import fingerprints as bit_strings

if typing.TYPE_CHECKING:
    from tf_fingerprint import attribution
    from tf_fingerprint import registry


@dataclasses.dataclass(frozen=True)
class AttributionCounts:
    """What became of pictures whose makers are known.

    Args:
        right: Pictures attributed to the one whose fingerprint they carry.
        wrong: Pictures attributed to somebody else.
        nobody: Pictures attributed to nobody.
    """

    right: int
    wrong: int
    nobody: int

    @property
    def right_share(self) -> float:
        """Share of all pictures that were attributed right."""
        return self.right / (self.right + self.wrong + self.nobody)


def decode_generated(
    generate: Callable[[npt.NDArray], npt.NDArray],
    decode: Callable[[npt.NDArray], npt.ArrayLike],
    fingerprints: npt.ArrayLike,
    *,
    batch_size: int = 64,
) -> npt.NDArray[np.uint8]:
    """Makes one picture with each fingerprint and reads the bits back.

    Args:
        generate: From `(batch, num_bits)` of 0 and 1 to a batch of pictures,
            with latents of its own choosing.
        decode: From such a batch to `(batch, num_bits)` of 0 and 1, after
            whatever a picture undergoes before it is found.
        fingerprints: `(images, num_bits)` of 0 and 1.
        batch_size: Pictures made at a time; the last time it may be fewer.

    Returns:
        `(images, num_bits)`, the decoded bits.

    Raises:
        ValueError: If there are no fingerprints, or `decode` returns another
            number of pictures or bits.
    """
    fingerprints = bit_strings.check_bits(fingerprints)
    if fingerprints.ndim != 2 or not fingerprints.size:
        raise ValueError(
            "`fingerprints` must be one or more rows of bits. Received "
            f"{fingerprints.size} bits in {fingerprints.ndim} axes."
        )
    decoded = []
    for start in range(0, len(fingerprints), batch_size):
        batch = fingerprints[start : start + batch_size]
        decoded.append(bit_strings.check_bits(decode(generate(batch))))
        _check_alike(decoded[-1], batch)
    return np.concatenate(decoded)


def bit_accuracy_counts(
    decoded_bits: npt.ArrayLike, fingerprints: npt.ArrayLike
) -> npt.NDArray[np.int64]:
    """Counts each picture's matching bits.

    Args:
        decoded_bits: `(images, num_bits)` of 0 and 1, as `decode_generated`
            returns them.
        fingerprints: `(images, num_bits)`, what the pictures were made with.

    Returns:
        `(images,)`, from 0 to `num_bits`. Half of the bits is chance level.

    Raises:
        ValueError: If the two differ in pictures or bits.

    Example:

    >>> bit_accuracy_counts([[1, 0, 1], [0, 0, 0]], [[1, 1, 1], [0, 0, 0]])
    array([2, 3])
    """
    decoded_bits = bit_strings.check_bits(decoded_bits)
    fingerprints = bit_strings.check_bits(fingerprints)
    _check_alike(decoded_bits, fingerprints)
    return (decoded_bits == fingerprints).sum(axis=-1, dtype=np.int64)


def bit_accuracy_interval(
    num_matches: npt.ArrayLike, num_bits: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Interval of the bit accuracy over all pictures that could be made.

    The bits of one picture stand or fall together, so n pictures say less than
    `n * num_bits` independent bits. Wilson's interval is taken for as many
    independent bits as would scatter like the pictures do: their number is
    divided by the design effect, the variance of the pictures' matches over
    the binomial one.

    Args:
        num_matches: `(images,)`, as `bit_accuracy_counts` returns them.
        num_bits: Length of the fingerprints.
        confidence: Probability that the interval covers the accuracy.

    Returns:
        Lower and upper end.

    Raises:
        ValueError: If there are not at least two pictures.

    Reference:
        Kish, 1965, Survey Sampling, Section 8.2 (design effect).
    """
    num_matches = np.asarray(num_matches, "float64")
    if num_matches.ndim != 1 or num_matches.size < 2:
        raise ValueError(
            "`num_matches` must hold the counts of at least 2 pictures. "
            f"Received {num_matches.size}."
        )
    accuracy = float(num_matches.mean()) / num_bits
    binomial_variance = num_bits * accuracy * (1 - accuracy)
    design_effect = 1.0
    if binomial_variance > 0:
        design_effect = max(
            1.0, float(num_matches.var(ddof=1)) / binomial_variance
        )
    trials = num_matches.size * num_bits / design_effect
    return wilson_interval(accuracy * trials, trials, confidence)


def wilson_interval(
    successes: float, trials: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Wilson's score interval of a share.

    Unlike the textbook interval it keeps its coverage near 0 and 1, where
    these shares lie, and has a width even where every trial succeeded.

    Args:
        successes: Trials that succeeded; need not be whole.
        trials: Number of independent trials, above 0.
        confidence: Probability that the interval covers the true share.

    Returns:
        Lower and upper end, within [0, 1].

    Raises:
        ValueError: If `successes` is outside `[0, trials]`, or `confidence`
            outside (0, 1).

    Example:

    >>> low, high = wilson_interval(successes=81, trials=263)
    >>> print(f"{low:.4f} to {high:.4f}")
    0.2553 to 0.3662

    Reference:
        Wilson, 1927 (https://doi.org/10.1080/01621459.1927.10502953).
    """
    if not (trials > 0 and 0 <= successes <= trials):
        raise ValueError(
            "`successes` must lie between 0 and `trials`, which must be above "
            f"0. Received: successes={successes}, trials={trials}."
        )
    if not 0 < confidence < 1:
        raise ValueError(
            "`confidence` must lie between 0 and 1, exclusively. Received "
            f"{confidence}."
        )
    deviations = statistics.NormalDist().inv_cdf((1 + confidence) / 2)
    share, squared = successes / trials, deviations**2 / trials
    center = share + squared / 2
    width = deviations * math.sqrt(
        share * (1 - share) / trials + squared / (4 * trials)
    )
    low, high = (center - width, center + width)
    return max(0.0, low / (1 + squared)), min(1.0, high / (1 + squared))


def attribution_counts(
    decoded_bits: npt.ArrayLike,
    makers: Sequence[registry.IssuanceRecord],
    candidates: attribution.Candidates,
    *,
    max_false_positive_rate: float = 1e-6,
) -> AttributionCounts:
    """Attributes pictures whose makers are known, and counts the outcomes.

    Args:
        decoded_bits: `(images, num_bits)` of 0 and 1.
        makers: The issuance with whose fingerprint each picture was made.
        candidates: The issued fingerprints to choose among.
        max_false_positive_rate: See `attribution.attribute`.

    Returns:
        How many were attributed right, wrong, and to nobody.

    Raises:
        ValueError: If there is not one maker for each picture.
    """

    from tf_fingerprint import (
        attribution,  # Only this needs a database's tools.
    )

    verdicts = attribution.attribute_many(
        decoded_bits,
        candidates,
        max_false_positive_rate=max_false_positive_rate,
    )
    if not verdicts or len(verdicts) != len(makers):
        raise ValueError(
            "`makers` must name one issuance for each picture, at least one. "
            f"Received {len(makers)} for {len(verdicts)} pictures."
        )
    nobody = sum(verdict.record is None for verdict in verdicts)
    right = sum(
        verdict.record is not None and verdict.record.id == maker.id
        for verdict, maker in zip(verdicts, makers, strict=True)
    )
    return AttributionCounts(right, len(verdicts) - right - nobody, nobody)


def _check_alike(decoded_bits, fingerprints):
    """Raises unless bits were read for each picture and fingerprint bit."""
    if decoded_bits.shape != fingerprints.shape:
        received, expected = (
            " x ".join(map(str, bits.shape))
            for bits in (decoded_bits, fingerprints)
        )
        raise ValueError(
            "Decoded bits must be as many as the fingerprints', pictures x "
            f"bits: {expected}. Received {received}. Is it the decoder of "
            "another run?"
        )
