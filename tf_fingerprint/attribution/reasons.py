"""Which of the four verdicts the numbers amount to, and why."""

import dataclasses
import datetime
import math
from typing import NamedTuple

from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.attribution.matching import Attribution
from tf_fingerprint.attribution.verdict import Accused
from tf_fingerprint.attribution.verdict import Finding
from tf_fingerprint.attribution.verdict import SoftScore
from tf_fingerprint.calibration.null_rates import MeasuredRate

# A runner-up whom chance brings so near less often than this is a suspect too.
MAX_RUNNER_UP_RATE = 1e-3

REVOKED = registry.State.REVOKED


class Judgement(NamedTuple):
    """A finding, its reason in a sentence, and whose fingerprint is carried.

    The issuance is one that was attributed or revoked, or None.
    """

    finding: Finding
    reason: str
    carried: registry.IssuanceRecord | None = None


@dataclasses.dataclass(frozen=True)
class Case:
    """What is known of an image beside its nearest candidate.

    `limit`: tolerated chance to accuse anybody wrongly; `num_candidates`:
    number of issued fingerprints compared against; `is_clear`: whether the
    bits were read as those of one fingerprint are, which a mixture's aren't.
    """

    limit: float
    presence: float | None
    presence_threshold: float | None
    is_clear: bool
    accused: tuple[Accused, ...]
    num_candidates: int
    found_at: datetime.datetime

    def judged_hard(
        self,
        attribution: Attribution,
        nearest: registry.IssuanceRecord | None,
        measured: MeasuredRate | None,
    ) -> Judgement:
        """The judgement by matching bits."""
        runner_up = attribution.runner_up_matches
        runner_up_p = 1.0
        if runner_up is not None:
            runner_up_p = fingerprints.corrected_p_value(
                fingerprints.false_positive_rate(
                    runner_up, attribution.num_bits
                ),
                self.num_candidates,
            )
        return self._judged(
            nearest,
            is_enough=nearest is not None
            and attribution.num_matches >= attribution.threshold,
            is_tied=runner_up == attribution.num_matches,
            runner_up_p=runner_up_p,
            measured=measured,
        )

    def judged_softly(self, soft: SoftScore) -> Judgement:
        """The judgement by weighted bits."""
        runner_up_p = 10.0**soft.log10_p_runner_up
        return self._judged(
            soft.candidate,
            is_enough=soft.candidate is not None
            and soft.log10_p_corrected <= math.log10(self.limit),
            is_tied=soft.runner_up_missed == soft.missed,
            runner_up_p=runner_up_p,
            measured=soft.measured,
        )

    def _judged(self, nearest, *, is_enough, is_tied, runner_up_p, measured):
        if not is_enough:
            return self._without_candidate()
        if (
            is_tied
            or runner_up_p <= MAX_RUNNER_UP_RATE
            or any(each.record != nearest for each in self.accused)
        ):
            return Judgement(
                Finding.AMBIGUOUS,
                "More than one fingerprint is matched better than chance "
                "allows." + self._named(),
            )
        if measured is not None and measured.low > self.limit:
            return Judgement(
                Finding.NO_EVIDENCE,
                f"{measured.hits} of {measured.trials} photographs that no "
                "copy made match this very fingerprint as well: the formula "
                "does not hold for it.",
            )
        if nearest.state == REVOKED:
            return Judgement(
                Finding.NOT_ISSUED,
                "It carries a fingerprint that was revoked.",
                nearest,
            )
        return Judgement(
            Finding.ATTRIBUTED,
            "One issued fingerprint is matched better than chance allows."
            + self._expiry(nearest),
            nearest,
        )

    def _expiry(self, record):
        """A sentence on a right of use that has ended, if it has one."""
        if record.expires_at is None:
            return ""
        until = f"{record.expires_at.astimezone(datetime.UTC):%Y-%m-%d}"
        if record.is_expired(self.found_at):
            return (
                f" The issuance expired on {until}, before the image was "
                "found; when it was made, that does not say."
            )
        return f" The issuance held until {until}, after it was found."

    def _without_candidate(self):
        """The finding where no single candidate is matched well enough."""
        if self.accused:
            return Judgement(
                Finding.AMBIGUOUS,
                "No fingerprint is matched well enough where all bits count "
                "alike, as where copies were mixed or the picture is spoiled."
                + self._named(),
            )
        if self.presence is not None and (
            self.presence > self.presence_threshold
        ):
            if not self.is_clear:
                return Judgement(
                    Finding.AMBIGUOUS,
                    "It reads unlike the photographs of the calibration, yet "
                    "as no single fingerprint: as where copies were mixed, or "
                    "the picture was changed. Nobody is accused.",
                )
            return Judgement(
                Finding.NOT_ISSUED,
                "It reads unlike the photographs of the calibration, and "
                "clearly, yet as none of the issued fingerprints.",
            )
        return Judgement(
            Finding.NO_EVIDENCE,
            "No issued fingerprint is matched better than chance allows.",
        )

    def _named(self):
        """A sentence on who had a part, if anybody is known to have."""
        if not self.accused:
            return ""
        names = ", ".join(
            f"{each.record.recipient} (p = {each.p_value:.1e}"
            + (", revoked)" if each.record.state == REVOKED else ")")
            for each in self.accused
        )
        return (
            f" Weighed by how surely they were read, the bits accuse {names}; "
            f"chance accuses any of the {self.num_candidates:,} candidates "
            f"with at most p = {self.limit:.1e}."
        )
