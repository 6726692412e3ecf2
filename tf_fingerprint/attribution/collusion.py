"""Who had a part in an image that no single copy explains.

Two recipients who average their models leave a decoder guessing where their
fingerprints differ. Where they agree it reads both as surely as ever.
"""

import numpy.typing as npt

from tf_fingerprint import fingerprints
from tf_fingerprint.attribution.candidates import Candidates
from tf_fingerprint.attribution.verdict import Accused
from tf_fingerprint.calibration.groups import Groups


def accused(
    logits: npt.NDArray,
    suspects: npt.NDArray,
    candidates: Candidates,
    *,
    max_false_positive_rate: float,
    groups: Groups | None,
    num_places: int = 1,
) -> tuple[Accused, ...]:
    """All whose weighed matches are too many for chance, best first.

    Nobody is among them whom photographs match more often than tolerated: for
    that fingerprint the formula does not hold.

    `logits`: `(num_bits,)`, the mean over the images; `suspects`: places of the
    candidates with the highest scores; `max_false_positive_rate`: tolerated
    probability that anybody is among them who had no part in the image;
    `groups`: the photographs of the calibration, in groups of as many as there
    are images; None without a calibration.
    """
    num_bits = candidates.generator.num_bits
    bits = fingerprints.unpack(candidates.packed[suspects], num_bits)
    found = fingerprints.accuse(
        logits,
        bits,
        max_false_positive_rate=max_false_positive_rate,
        num_candidates=len(candidates) * num_places,
    )
    all_found = (
        Accused(
            record=candidates.records[suspects[place]],
            score=score,
            highest_score=found.highest_score,
            false_positive_rate=rate,
            p_value=fingerprints.corrected_p_value(
                rate, len(candidates) * num_places
            ),
            measured=None
            if groups is None
            else groups.weighed_rate(bits[place], score / found.highest_score),
        )
        for place, score, rate in zip(
            found.places, found.scores, found.rates, strict=True
        )
    )
    return tuple(
        each
        for each in all_found
        if each.measured is None or each.measured.low <= max_false_positive_rate
    )
