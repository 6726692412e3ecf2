"""From logits to one of four verdicts."""

import datetime
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tf_fingerprint import fingerprints
from tf_fingerprint.attribution import clarity
from tf_fingerprint.attribution import collusion
from tf_fingerprint.attribution import matching
from tf_fingerprint.attribution import reasons
from tf_fingerprint.attribution.candidates import Candidates
from tf_fingerprint.attribution.ranking import Ranking
from tf_fingerprint.attribution.verdict import Finding
from tf_fingerprint.attribution.verdict import SoftScore
from tf_fingerprint.attribution.verdict import Verdict
from tf_fingerprint.calibration.readings import Reading
from tf_fingerprint.calibration.record import Calibration
from tf_fingerprint.registry.records import check_time

# Most who can be accused of a part in one image; eight who mix their copies
# leave nothing to be read.
_NUM_SUSPECTS = 8


class Judge:
    """Says what images are evidence of, and how strong.

    Without a calibration there are no measured rates, no soft scores, and no
    telling that an image carries a fingerprint that nobody was issued.

    Args:
        candidates: The issued fingerprints of the decoder's generator.
        calibration: What the decoder answers on photographs.
        max_false_positive_rate: Tolerated probability, per verdict, that
            images from elsewhere accuse anybody at all.
        decide: Whether `"hard"` bits accuse or `"soft"` ones. One of them, and
            chosen before looking: whoever takes the better of two verdicts
            accuses twice as often by chance.
        found_at: When the images were found: a recipient whose time was up by
            then is named all the same, and the verdict says so. Now, if not
            given.

    Raises:
        ValueError: If `decide` is neither, or is soft without a calibration,
            or the rate is out of range, or `found_at` has no time zone.
        errors.CalibrationError: If the calibration is another decoder's.
        errors.TooFewBitsError: If nobody could ever be accused.
    """

    def __init__(
        self,
        candidates: Candidates,
        calibration: Calibration | None = None,
        *,
        max_false_positive_rate: float = 1e-6,
        decide: str = "hard",
        found_at: datetime.datetime | None = None,
    ):
        if decide not in ("hard", "soft"):
            raise ValueError(
                f'`decide` must be "hard" or "soft". Received {decide!r}.'
            )
        if decide == "soft" and calibration is None:
            raise ValueError(
                "Soft bits need a calibration, which says what logits are "
                "worth. Received none. Give one, or decide by hard bits."
            )
        if calibration is not None:
            calibration.check_decoder(candidates.generator)
        fingerprints.match_threshold(
            candidates.generator.num_bits,
            max_false_positive_rate,
            max(1, len(candidates)),
        )
        self.candidates = candidates
        self.found_at = found_at or datetime.datetime.now(datetime.UTC)
        check_time("found_at", self.found_at)
        self.calibration = calibration
        self.max_false_positive_rate = max_false_positive_rate
        self.decide = decide
        self._ranking = Ranking(candidates)

    def judge(
        self, logits: npt.ArrayLike, *, num_places: int = 1
    ) -> list[Verdict]:
        """A verdict on each image by itself.

        Args:
            logits: `(images, num_bits)`, what the decoder read.
            num_places: Places of one picture that are looked at, where the
                images are such: the odds are times their number.

        Returns:
            One verdict an image. Odds are each verdict's own.
        """
        read = self._checked(logits)
        return self._verdicts([each[None] for each in read], num_places)

    def promising(
        self, logits: npt.ArrayLike, *, num_places: int
    ) -> npt.NDArray[np.int64]:
        """Which places of a picture might accuse somebody, for `judge`.

        Args:
            logits: `(places, num_bits)`, what the decoder read.
            num_places: As in `judge`.

        Returns:
            Their numbers, ascending: where enough bits are matched; all of
            them where soft bits decide.
        """
        read = self._checked(logits)
        if self.decide == "soft" or not len(self.candidates):
            return np.arange(len(read))
        _, distances = self.candidates.nearest_two(read > 0)
        matches = read.shape[1] - distances[:, 0]
        threshold = matching.threshold_of(
            self.candidates, self.max_false_positive_rate, num_places
        )
        return np.flatnonzero(matches >= threshold)

    def combine(self, logits: npt.ArrayLike, *, num_places: int = 1) -> Verdict:
        """One verdict on several images of which one source is suspected.

        Hard bits are the majority's, soft ones the sum of the images' ratios.
        The odds hold however alike the images are: of all that is random in
        them only the issuer's draw counts, and that happened once.

        Raises a `ValueError` if there is no image.
        """
        read = self._checked(logits)
        if not len(read):
            raise ValueError(
                "At least one image must be combined. Received none."
            )
        [verdict] = self._verdicts([read], num_places)
        return verdict

    def _verdicts(
        self, groups: Sequence[npt.NDArray], num_places: int
    ) -> list[Verdict]:
        if not groups:
            return []
        bits = np.stack([Reading.hard(logits).bits for logits in groups])
        attributions = matching.attribute_many(
            bits,
            self.candidates,
            max_false_positive_rate=self.max_false_positive_rate,
            num_places=num_places,
        )
        places, _ = self.candidates.nearest_two(bits)
        means = [logits.mean(axis=0, dtype=np.float64) for logits in groups]
        suspects, soft = self._weighed(groups, means, num_places)
        return [
            self._verdict(*each)
            for each in zip(
                groups, attributions, places, means, suspects, soft, strict=True
            )
        ]

    def _verdict(self, logits, attribution, places, mean, suspects, soft):
        records = [self.candidates.records[place] for place in places]
        nearest, runner_up = (records + [None, None])[:2]
        measured, presence, threshold, photographs = None, None, None, None
        if self.calibration is not None:
            test = self.calibration.presence
            threshold = test.threshold
            # All of the images must be unlike photographs.
            presence = float(test.scores((logits > 0).astype(np.uint8)).min())
            photographs = self.calibration.groups(len(logits))
            if nearest is not None:
                measured = photographs.hard_rate(
                    nearest.bits, attribution.num_matches
                )
        accused = collusion.accused(
            mean,
            suspects,
            self.candidates,
            max_false_positive_rate=self.max_false_positive_rate,
            groups=photographs,
            num_places=attribution.num_places,
        )
        case = reasons.Case(
            limit=self.max_false_positive_rate,
            presence=presence,
            presence_threshold=threshold,
            is_clear=clarity.is_clear(mean),
            accused=accused,
            num_candidates=len(self.candidates),
            found_at=self.found_at,
        )
        if self.decide == "soft":
            judgement = case.judged_softly(soft)
        else:
            judgement = case.judged_hard(attribution, nearest, measured)
        return Verdict(
            finding=judgement.finding,
            reason=judgement.reason,
            attribution=attribution,
            candidate=nearest,
            runner_up=runner_up,
            measured=measured,
            soft=soft,
            accused=accused if judgement.finding is Finding.AMBIGUOUS else (),
            presence=presence,
            presence_threshold=threshold,
            carried=judgement.carried,
            found_at=self.found_at,
            num_images=len(logits),
            decided_by=self.decide,
            max_false_positive_rate=self.max_false_positive_rate,
            decoder_digest=self.candidates.generator.decoder_digest,
            calibration_digest=self.calibration and self.calibration.digest,
        )

    def _weighed(self, groups, means, num_places):
        """Of each group whom weighed bits suspect, and its soft score."""
        readings = [Reading.weighed(mean) for mean in means]
        if self.calibration is not None:
            model = self.calibration.soft
            readings += [Reading.soft(logits, model) for logits in groups]
        places, missed = self._ranking.nearest(readings, _NUM_SUSPECTS)
        suspects = places[: len(groups)]
        if self.calibration is None:
            return suspects, [None] * len(groups)
        return suspects, [
            self._soft_score(len(logits), num_places, *each)
            for logits, *each in zip(
                groups,
                readings[len(groups) :],
                places[len(groups) :, :2],
                missed[len(groups) :, :2],
                strict=True,
            )
        ]

    def _soft_score(self, num_images, num_places, reading, places, missed):
        if not len(places):
            total = reading.total
            return SoftScore(None, total, total, None, 0.0, 0.0, 0.0, None)
        record = self.candidates.records[places[0]]
        log10_p = [reading.log10_rate(int(each)) for each in missed]
        corrected = [
            min(0.0, each + math.log10(len(self.candidates) * num_places))
            for each in log10_p
        ]
        measured = self.calibration.groups(num_images).soft_rate(
            record.bits, missed[0] / max(1, reading.total)
        )
        return SoftScore(
            candidate=record,
            missed=int(missed[0]),
            total=reading.total,
            runner_up_missed=int(missed[1]) if len(missed) > 1 else None,
            log10_p=log10_p[0],
            log10_p_corrected=corrected[0],
            log10_p_runner_up=corrected[1] if len(missed) > 1 else 0.0,
            measured=measured,
        )

    def _checked(self, logits):
        logits = np.asarray(logits, np.float32)
        num_bits = self.candidates.generator.num_bits
        if logits.ndim != 2 or logits.shape[1] != num_bits:
            raise ValueError(
                f"`logits` must be images x {num_bits} bits, like the issued "
                "fingerprints. Received an array of "
                f"{' x '.join(map(str, logits.shape))}. Was the image decoded "
                "with the decoder of another run?"
            )
        if not np.isfinite(logits).all():
            raise ValueError(
                "`logits` must be finite numbers. Received some that are not. "
                "Is the decoder's training broken?"
            )
        return logits
