"""The four verdicts, and the numbers that each of them rests on."""

import dataclasses
import datetime
from typing import Any

from tf_fingerprint import registry
from tf_fingerprint.attribution.matching import Attribution
from tf_fingerprint.attribution.matching import Finding as Finding
from tf_fingerprint.calibration.null_rates import MeasuredRate
from tf_fingerprint.registry.schema import in_words


@dataclasses.dataclass(frozen=True)
class SoftScore:
    """The nearest candidate where each bit counts as far as it is trusted.

    `candidate`: the candidate that misses least weight; None if there is none.
    `missed`: weight of the bits in which it disagrees; `runner_up_missed`: what
    the second-nearest misses, if there is one; `log10_p`: decimal logarithm of
    the chance that a fingerprint drawn at random misses no more;
    `log10_p_corrected`: the same for any of the candidates, at most 0;
    `log10_p_runner_up`: the same for the runner-up; 0 if there is none.
    `measured`: how often photographs miss no greater share of the weight.
    """

    candidate: registry.IssuanceRecord | None
    missed: int
    total: int
    runner_up_missed: int | None
    log10_p: float
    log10_p_corrected: float
    log10_p_runner_up: float
    measured: MeasuredRate | None

    def to_dict(self) -> dict[str, Any]:
        """The score as JSON can hold it."""
        return {
            "recipient": self.candidate and self.candidate.recipient,
            "issuance_id": self.candidate and self.candidate.id,
            "missed": self.missed,
            "total": self.total,
            "runner_up_missed": self.runner_up_missed,
            "log10_p": self.log10_p,
            "log10_p_corrected": self.log10_p_corrected,
            "log10_p_runner_up": self.log10_p_runner_up,
            "measured": self.measured and self.measured.to_dict(),
        }


@dataclasses.dataclass(frozen=True)
class Accused:
    """Somebody who had a part in an image; see `fingerprints.accuse`.

    `score`: weight of the bits in which their fingerprint matches;
    `false_positive_rate`: probability that chance gives one innocent candidate
    such a score; `measured`: how often photographs match this fingerprint by as
    great a share of their weight; None without a calibration.
    """

    record: registry.IssuanceRecord
    score: int
    highest_score: int
    false_positive_rate: float
    p_value: float
    measured: MeasuredRate | None

    def to_dict(self) -> dict[str, Any]:
        """The accusation as JSON can hold it."""
        return {
            "recipient": self.record.recipient,
            "issuance_id": self.record.id,
            "state": str(self.record.state),
            "expires_at": in_words(self.record.expires_at),
            "score": self.score,
            "highest_score": self.highest_score,
            "false_positive_rate": self.false_positive_rate,
            "p_value": self.p_value,
            "measured": self.measured and self.measured.to_dict(),
        }


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What is said, and with which odds.

    Args:
        finding: One of four.
        reason: Why, in a sentence.
        attribution: By matching bits alone, as `registry.attribute` finds it.
            Its finding may be another: that of the verdict heeds photographs
            and mixtures as well.
        candidate: The nearest by matching bits, named or not; None if nothing
            was issued.
        runner_up: The second-nearest, if there is one.
        measured: How often photographs match the nearest fingerprint as well;
            None without a calibration.
        soft: The same by weighted bits; None without a calibration.
        accused: If ambiguous, all who had a part in the image, as far as
            weighed bits tell; highest score first, perhaps nobody.
        presence: How unlike a photograph's answer it is; None without a
            calibration.
        presence_threshold: From where on it carries some fingerprint.
        carried: The issuance whose fingerprint is matched well enough, alone,
            and not contradicted by photographs: attributed or revoked.
        found_at: When the images were found, to say whether the recipient
            might still use the copy.
        num_images: Images that the verdict is on.
        decided_by: `"hard"` or `"soft"`.
        max_false_positive_rate: Tolerated chance to accuse anybody wrongly.
        decoder_digest: SHA-256 of the decoder's weights.
        calibration_digest: SHA-256 of the calibration's file, if any.
    """

    finding: Finding
    reason: str
    attribution: Attribution
    candidate: registry.IssuanceRecord | None
    runner_up: registry.IssuanceRecord | None
    measured: MeasuredRate | None
    soft: SoftScore | None
    accused: tuple[Accused, ...]
    presence: float | None
    presence_threshold: float | None
    carried: registry.IssuanceRecord | None
    found_at: datetime.datetime
    num_images: int
    decided_by: str
    max_false_positive_rate: float
    decoder_digest: str
    calibration_digest: str | None

    @property
    def record(self) -> registry.IssuanceRecord | None:
        """The issuance that is accused; None unless somebody is."""
        if self.finding is not Finding.ATTRIBUTED:
            return None
        return self.carried

    @property
    def recipient(self) -> str | None:
        """Party that is accused, or None."""
        return self.record.recipient if self.record else None

    @property
    def is_expired(self) -> bool | None:
        """Whether the images were found after the recipient's time was up.

        None if there is no fingerprint of an issuance, or no end to its time.
        """
        if self.carried is None or self.carried.expires_at is None:
            return None
        return self.carried.is_expired(self.found_at)

    def to_dict(self) -> dict[str, Any]:
        """The verdict as JSON can hold it; `recipient` is null for nobody."""
        odds = self.attribution.to_dict() | {"finding": str(self.finding)}
        nearest: dict[str, Any] = {"recipient": self.recipient, "state": None}
        for name, record in (
            ("candidate", self.candidate),
            ("runner_up", self.runner_up),
        ):
            nearest[f"{name}_id"] = record and record.id
        suspect = self.carried or self.candidate
        if suspect:
            nearest["state"] = str(suspect.state)
        expires_at = self.carried and self.carried.expires_at
        return {
            "finding": str(self.finding),
            "reason": self.reason,
            **odds,
            **nearest,
            "issuance_id": self.carried and self.carried.id,
            "expires_at": in_words(expires_at),
            "expired": self.is_expired,
            "found_at": in_words(self.found_at),
            "measured": self.measured and self.measured.to_dict(),
            "soft": self.soft and self.soft.to_dict(),
            "accused": [each.to_dict() for each in self.accused],
            "presence": self.presence,
            "presence_threshold": self.presence_threshold,
            "num_images": self.num_images,
            "decided_by": self.decided_by,
            "max_false_positive_rate": self.max_false_positive_rate,
            "decoder_digest": self.decoder_digest,
            "calibration_digest": self.calibration_digest,
        }
