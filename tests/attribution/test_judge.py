import dataclasses
import json
import math

import numpy as np
import pytest

from tf_fingerprint import attribution
from tf_fingerprint import calibration
from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.attribution import Finding

from ..calibration import habits


@pytest.fixture(scope="module")
def made():
    return habits.make_calibration(2000, strength=2.0)


@pytest.fixture(scope="module")
def issued(made):
    return habits.drawn(made, 100, seed=1)


@pytest.fixture(scope="module")
def judge(made, issued):
    return attribution.Judge(habits.make_candidates(issued), made)


def test_pictures_are_attributed_to_their_copies(judge, issued):
    verdicts = judge.judge(habits.picture_logits(issued[:30]))

    for number, verdict in enumerate(verdicts):
        assert verdict.finding is Finding.ATTRIBUTED
        assert verdict.recipient == f"R{number}"
        assert verdict.measured.hits == 0
        assert verdict.soft.candidate == verdict.record
        assert verdict.presence > verdict.presence_threshold


def test_the_odds_are_those_of_the_registry(judge, issued):
    logits = habits.picture_logits(issued[:3])

    [verdict, *_] = judge.judge(logits)

    [expected, *_] = attribution.attribute_many(logits > 0, judge.candidates)
    assert verdict.attribution == expected
    row = verdict.to_dict()
    assert expected.to_dict().items() <= row.items()
    assert row["decoder_digest"] == habits.GENERATOR.decoder_digest
    assert row["calibration_digest"] == judge.calibration.digest
    json.dumps(row)


@pytest.mark.slow
def test_photographs_are_no_evidence(judge):
    verdicts = judge.judge(habits.photograph_logits(300, 9, strength=2.0))

    found = [verdict.finding for verdict in verdicts]
    assert found.count(Finding.NO_EVIDENCE) >= 295
    assert Finding.ATTRIBUTED not in found
    assert {verdict.record for verdict in verdicts} == {None}


def test_fingerprints_of_nobody_are_seen(judge):
    logits = habits.picture_logits(habits.fresh_bits(50), noise=0.1)

    found = [verdict.finding for verdict in judge.judge(logits)]

    assert found.count(Finding.NOT_ISSUED) >= 45
    assert Finding.ATTRIBUTED not in found


def test_without_a_calibration_the_odds_remain(issued):
    judge = attribution.Judge(habits.make_candidates(issued))

    [verdict] = judge.judge(habits.picture_logits(issued[:1]))
    [other] = judge.judge(habits.picture_logits(habits.fresh_bits(1)))

    assert verdict.recipient == "R0"
    assert verdict.measured is verdict.soft is verdict.presence is None
    assert other.finding is Finding.NO_EVIDENCE


def test_revoked_fingerprints_accuse_nobody(made, issued):
    candidates = habits.make_candidates(issued, state=registry.State.REVOKED)

    [verdict] = attribution.Judge(candidates, made).judge(
        habits.picture_logits(issued[4:5])
    )

    assert verdict.finding is Finding.NOT_ISSUED
    assert "revoked" in verdict.reason
    assert verdict.recipient is None
    assert verdict.candidate.recipient == "R4"


def test_two_good_candidates_are_ambiguous(made, issued):
    near = issued[0].copy()
    near[:6] ^= 1
    candidates = habits.make_candidates([*issued, near])
    judge = attribution.Judge(candidates, made)
    between = issued[0].copy()
    between[:3] ^= 1

    for bits in (between, issued[0]):
        [verdict] = judge.judge(habits.picture_logits(bits[None], noise=0.1))
        assert verdict.finding is Finding.AMBIGUOUS
        assert verdict.recipient is None


def test_a_copy_alone_accuses_nobody_else(judge, issued):
    for verdict in judge.judge(habits.picture_logits(issued[:20])):
        assert verdict.finding is Finding.ATTRIBUTED
        assert verdict.accused == ()


def test_a_fingerprint_that_photographs_match_accuses_nobody(made):
    """The formula says 1 in a million, the photographs 1 in 2."""
    flips = np.random.default_rng(0).random((2000, 64)) < 0.2
    read = calibration.Levels.of(2.0 * (made.habit ^ flips) - 1)
    strict = dataclasses.replace(made, read=read)
    candidates = habits.make_candidates([made.habit])
    found = made.habit.copy()
    found[:12] ^= 1
    logits = 2.0 * found[None] - 1

    [believed] = attribution.Judge(candidates).judge(logits)
    [verdict] = attribution.Judge(candidates, strict).judge(logits)

    assert believed.finding is Finding.ATTRIBUTED
    assert verdict.attribution.recipient == "R0"
    assert verdict.finding is Finding.NO_EVIDENCE
    assert "photographs" in verdict.reason
    assert verdict.measured.low > 0.1
    assert verdict.record is None


def test_soft_bits_find_more_in_spoiled_pictures(made, issued):
    candidates = habits.make_candidates(issued)
    logits = habits.picture_logits(issued, seed=3, noise=0.9)

    right = {}
    for decide in ("hard", "soft"):
        judge = attribution.Judge(candidates, made, decide=decide)
        named = [verdict.recipient for verdict in judge.judge(logits)]
        right[decide] = sum(
            name == f"R{number}" for number, name in enumerate(named)
        )
        assert set(named) <= {None, *(f"R{n}" for n in range(100))}

    assert right["soft"] >= right["hard"] + 20


def test_soft_odds_hold_over_the_draw_of_fingerprints(made):
    """One photograph, many registries: the issuer's draw is what is random."""
    [logits] = habits.photograph_logits(1, seed=4)
    low = 0
    for _ in range(100):
        judge = attribution.Judge(
            habits.make_candidates(habits.fresh_bits(10)), made
        )
        [verdict] = judge.judge(logits[None])
        low += verdict.soft.log10_p_corrected <= math.log10(0.1)

    assert low <= 10 + 5 * math.sqrt(9)


def test_images_of_one_source_say_more_together(made, issued):
    judge = attribution.Judge(
        habits.make_candidates(issued), made, decide="soft"
    )
    logits = habits.picture_logits(
        np.repeat(issued[3:4], 6, axis=0), seed=2, noise=1.5
    )

    alone = judge.judge(logits)
    together = judge.combine(logits)

    assert together.num_images == 6
    assert together.recipient == "R3"
    assert together.soft.log10_p < min(v.soft.log10_p for v in alone) - 2
    assert together.soft.measured.trials == 2000 // 6


def test_one_photograph_among_pictures_makes_them_like_photographs(
    judge, issued
):
    picture = habits.picture_logits(issued[:1])
    photograph = habits.photograph_logits(1, 9, strength=2.0)
    logits = np.concatenate([picture, photograph])

    unlike, like = (verdict.presence for verdict in judge.judge(logits))
    together = judge.combine(logits).presence

    assert like < unlike
    assert together == pytest.approx(like)


def test_the_same_image_many_times_says_no_more(judge, issued):
    logits = habits.picture_logits(issued[:1])

    [alone] = judge.judge(logits)
    together = judge.combine(np.repeat(logits, 10, axis=0))

    assert together.soft.log10_p == alone.soft.log10_p
    assert together.attribution == alone.attribution


def test_a_group_too_large_for_the_photographs_has_no_measured_rate(
    judge, issued
):
    logits = habits.picture_logits(np.repeat(issued[:1], 2001, axis=0))

    verdict = judge.combine(logits)

    assert verdict.measured is None
    assert verdict.soft.measured is None
    assert verdict.recipient == "R0"


def test_without_candidates_nobody_is_named(made):
    judge = attribution.Judge(habits.make_candidates([]), made)

    logits = habits.picture_logits(habits.fresh_bits(1), noise=0.1)

    [verdict] = judge.judge(logits)

    assert verdict.candidate is None
    assert verdict.finding is Finding.NOT_ISSUED
    json.dumps(verdict.to_dict())


def test_the_calibration_of_another_decoder_is_refused(made, issued):
    other = dataclasses.replace(
        made,
        generator=dataclasses.replace(
            habits.GENERATOR, decoder_digest="e" * 64
        ),
    )

    with pytest.raises(errors.CalibrationError, match="one decoder only"):
        attribution.Judge(habits.make_candidates(issued), other)


def test_wrong_arguments_are_refused(judge, issued):
    candidates = habits.make_candidates(issued)
    with pytest.raises(ValueError, match="`decide`.*Received 'both'"):
        attribution.Judge(candidates, decide="both")
    with pytest.raises(ValueError, match="need a calibration"):
        attribution.Judge(candidates, decide="soft")
    with pytest.raises(errors.TooFewBitsError):
        attribution.Judge(candidates, max_false_positive_rate=1e-30)
    with pytest.raises(ValueError, match="64 bits.*Received.*2 x 8"):
        judge.judge(np.zeros((2, 8)))
    with pytest.raises(ValueError, match="finite"):
        judge.judge(np.full((1, 64), np.nan))
    with pytest.raises(ValueError, match="At least one image"):
        judge.combine(np.zeros((0, 64)))
    assert judge.judge(np.zeros((0, 64))) == []


def test_a_true_candidate_is_seldom_called_ambiguous(judge, issued):
    verdicts = judge.judge(habits.picture_logits(issued, noise=0.3))

    assert [v.finding for v in verdicts].count(Finding.ATTRIBUTED) >= 98
