"""Whose copy made this image? Decoded bits against issued fingerprints."""

import dataclasses
import enum
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint.attribution.candidates import Candidates
from tf_fingerprint.registry import schema
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.records import State


class Finding(enum.StrEnum):
    """What is said about an image, or about several of one source."""

    ATTRIBUTED = "attributed"  # To the recipient of the nearest fingerprint.
    NOT_ISSUED = "not_issued"  # It carries one, of nobody or revoked.
    AMBIGUOUS = "ambiguous"  # Two candidates, or a mixture of two.
    NO_EVIDENCE = "no_evidence"


@dataclasses.dataclass(frozen=True)
class Attribution:
    """Whom an image accuses, if anybody, and how often chance does so.

    Args:
        record: The issuance whose fingerprint the image carries, in any state,
            or None.
        num_matches: Matching bits of the best candidate, named or not, if any.
        num_bits: Length of the fingerprints.
        threshold: Fewest matching bits that are enough among this many
            candidates.
        false_positive_rate: Probability that chance matches one candidate as
            well as the best was matched.
        p_value: The same for any of the candidates: the rate times their
            number, at most 1.
        num_candidates: Number of issued fingerprints compared against.
        runner_up_matches: Matching bits of the second-best candidate; None if
            there is none.
        num_places: Places of one picture that were looked at; the p-value is
            times their number too.
    """

    record: IssuanceRecord | None
    num_matches: int
    num_bits: int
    threshold: int
    false_positive_rate: float
    p_value: float
    num_candidates: int
    runner_up_matches: int | None
    num_places: int = 1

    @property
    def finding(self) -> Finding:
        """One of four; photographs and mixtures are for `calibration`."""
        if self.state == State.REVOKED:
            return Finding.NOT_ISSUED
        if self.record is not None:
            return Finding.ATTRIBUTED
        if self.num_matches >= self.threshold and self.margin == 0:
            return Finding.AMBIGUOUS
        return Finding.NO_EVIDENCE

    @property
    def recipient(self) -> str | None:
        """Party that is accused; None if nobody, or if it was revoked."""
        if self.record is None or self.finding is not Finding.ATTRIBUTED:
            return None
        return self.record.recipient

    @property
    def state(self) -> State | None:
        """How far the issuance had come, or None if there is none."""
        return self.record.state if self.record else None

    @property
    def margin(self) -> int | None:
        """Bits by which the best candidate leads the runner-up, if any."""
        if self.runner_up_matches is None:
            return None
        return self.num_matches - self.runner_up_matches

    def to_dict(self) -> dict[str, Any]:
        """The verdict as JSON can hold it; `recipient` is null for nobody."""
        expires_at = self.record and self.record.expires_at
        return {
            "finding": str(self.finding),
            "recipient": self.recipient,
            "issuance_id": self.record and self.record.id,
            "state": self.state and str(self.state),
            "expires_at": schema.in_words(expires_at),
            "num_matches": self.num_matches,
            "num_bits": self.num_bits,
            "threshold": self.threshold,
            "false_positive_rate": self.false_positive_rate,
            "p_value": self.p_value,
            "num_candidates": self.num_candidates,
            "num_places": self.num_places,
            "runner_up_matches": self.runner_up_matches,
            "margin": self.margin,
        }


def attribute(
    decoded_bits: npt.ArrayLike,
    candidates: Candidates,
    *,
    max_false_positive_rate: float = 1e-6,
) -> Attribution:
    """Names the recipient whose fingerprint an image carries, or nobody.

    Somebody is named if the best match is so good that chance gives one as good
    to *any* candidate with at most the tolerated probability, and if no other
    candidate matches equally well.

    Args:
        decoded_bits: `(num_bits,)` of 0 and 1, what the decoder read.
        candidates: The issued fingerprints of the decoder's generator.
        max_false_positive_rate: Tolerated probability that an image from
            elsewhere is attributed to anybody at all.

    Returns:
        The verdict, with its odds.

    Raises:
        ValueError: If the bits are not as many as the candidates', or so few
            that nobody could ever be named (`errors.TooFewBitsError`).
    """
    num_bits = candidates.generator.num_bits
    decoded_bits = check_decoded_bits(decoded_bits, 1, num_bits)
    [verdict] = attribute_many(
        decoded_bits[None],
        candidates,
        max_false_positive_rate=max_false_positive_rate,
    )
    return verdict


def attribute_many(
    decoded_bits: npt.ArrayLike,
    candidates: Candidates,
    *,
    max_false_positive_rate: float = 1e-6,
    num_places: int = 1,
) -> list[Attribution]:
    """Attributes each image of a batch by itself, as `attribute` does.

    The tolerated probability is each image's own: of a million images from
    elsewhere, a rate of 1e-6 lets about one be attributed to somebody.

    Args:
        decoded_bits: `(batch, num_bits)` of 0 and 1.
        candidates: As there.
        max_false_positive_rate: Tolerated probability per image.
        num_places: Places of one picture that are looked at, where the images
            are such: the rate is for all of them together.

    Returns:
        One verdict an image.

    Raises:
        ValueError: As `attribute` does.
    """
    num_bits = candidates.generator.num_bits
    decoded_bits = check_decoded_bits(decoded_bits, 2, num_bits)
    threshold = threshold_of(candidates, max_false_positive_rate, num_places)
    places, distances = candidates.nearest_two(decoded_bits)
    return [
        _verdict(
            candidates,
            threshold,
            image_places.tolist(),
            num_matches.tolist(),
            num_places,
        )
        for image_places, num_matches in zip(
            places, num_bits - distances, strict=True
        )
    ]


def threshold_of(
    candidates: Candidates, max_false_positive_rate: float, num_places: int
) -> int:
    """Fewest matching bits that are enough; unreachable for too many places."""
    num_bits = candidates.generator.num_bits
    looks = max(1, len(candidates)) * num_places
    try:
        return fingerprints.match_threshold(
            num_bits, max_false_positive_rate, looks
        )
    except errors.TooFewBitsError:
        if num_places == 1:
            raise
        return num_bits + 1


def _verdict(
    candidates: Candidates,
    threshold: int,
    places: list[int],
    num_matches: list[int],
    num_places: int,
) -> Attribution:
    num_bits = candidates.generator.num_bits
    best, runner_up, *_ = [*num_matches, None, None]
    named = best is not None and best >= threshold and best != runner_up
    rate = fingerprints.false_positive_rate(best or 0, num_bits)
    return Attribution(
        record=candidates.records[places[0]] if named else None,
        num_matches=best or 0,
        num_bits=num_bits,
        threshold=threshold,
        false_positive_rate=rate,
        p_value=fingerprints.corrected_p_value(
            rate, max(1, len(candidates)) * num_places
        ),
        num_candidates=len(candidates),
        runner_up_matches=runner_up,
        num_places=num_places,
    )


def check_decoded_bits(
    decoded_bits: npt.ArrayLike, num_axes: int, num_bits: int
) -> npt.NDArray[np.uint8]:
    """What a decoder read, if it is as many bits as were issued."""
    decoded_bits = fingerprints.check_bits(decoded_bits)
    if decoded_bits.ndim != num_axes:
        raise ValueError(
            f"`decoded_bits` must have {num_axes} axes, the last one of bits. "
            f"Received {decoded_bits.ndim}. Is it one image, or a batch?"
        )
    if decoded_bits.shape[-1] != num_bits:
        raise ValueError(
            f"`decoded_bits` must have {num_bits} bits, like the issued "
            f"fingerprints. Received {decoded_bits.shape[-1]}. Was the image "
            "decoded with the decoder of another run?"
        )
    return decoded_bits
