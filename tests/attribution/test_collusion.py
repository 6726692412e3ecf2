"""Whom the pictures of mixed copies accuse."""

import dataclasses
import json
import math

import numpy as np
import pytest

from tf_fingerprint import attribution
from tf_fingerprint import calibration
from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.attribution import Finding

from ..calibration import habits


@pytest.fixture(scope="module")
def made():
    return habits.make_calibration(2000, strength=2.0)


def averaged(copies, noise=0.05):
    """What averaged copies leave: logits that are small where they differ.

    Every second one of those is read as the first copy's.
    """
    signs = 2.0 * copies - 1
    leaning = np.where(np.arange(copies.shape[1]) % 2, 1, -1) * signs[0]
    return (signs.mean(axis=0) + noise * leaning).astype(np.float32)


@pytest.fixture(scope="module")
def mixed(made):
    """A hundred fingerprints; the first two have 38 bits in common."""
    issued = habits.drawn(made, 100, seed=1)
    issued[1] = issued[0]
    issued[1, 38:] ^= 1
    return issued


@pytest.mark.parametrize("decide", ["hard", "soft"])
def test_whoever_averaged_copies_is_named_with_odds(made, mixed, decide):
    candidates = habits.make_candidates(mixed)
    logits = averaged(mixed[:2])

    [verdict] = attribution.Judge(candidates, made, decide=decide).judge(
        logits[None]
    )

    among_all = fingerprints.accuse(logits, mixed)
    named = [each.record.recipient for each in verdict.accused]
    assert verdict.attribution.num_matches < verdict.attribution.threshold
    assert verdict.finding is Finding.AMBIGUOUS
    assert verdict.recipient is None
    assert sorted(named) == ["R0", "R1"]
    assert [f"R{place}" for place in among_all.places] == named
    for each, score, rate in zip(
        verdict.accused, among_all.scores, among_all.rates, strict=True
    ):
        assert (each.score, each.false_positive_rate) == (score, rate)
        assert each.p_value == 100 * rate <= 1e-6
        assert each.measured.hits == 0
        assert f"{each.record.recipient} (p = {each.p_value:.1e}" in (
            verdict.reason
        )
    json.dumps(verdict.to_dict())


def test_a_second_one_whom_only_weighed_bits_accuse_makes_it_ambiguous(
    made, mixed
):
    judge = attribution.Judge(habits.make_candidates(mixed), made)
    logits = averaged(mixed[:2])
    logits[38:] = 0.02 * (2.0 * mixed[0, 38:] - 1)  # All as the first.

    [verdict] = judge.judge(logits[None])

    assert verdict.attribution.recipient == "R0"
    assert verdict.attribution.runner_up_matches < 48  # Chance, among 100.
    assert verdict.finding is Finding.AMBIGUOUS
    assert {each.record.recipient for each in verdict.accused} == {"R0", "R1"}


def test_revoked_copies_in_a_mixture_are_told(mixed):
    candidates = habits.make_candidates(mixed, state=registry.State.REVOKED)

    [verdict] = attribution.Judge(candidates).judge(averaged(mixed[:2])[None])

    assert len(verdict.accused) == verdict.reason.count(", revoked)") == 2
    assert verdict.to_dict()["accused"][0]["state"] == "revoked"


def test_the_limit_is_for_all_candidates_together(mixed):
    candidates, logits = habits.make_candidates(mixed), averaged(mixed[:2])
    [verdict] = attribution.Judge(candidates).judge(logits[None])
    p_value = verdict.accused[0].p_value

    for limit, expected in ((p_value * 1.01, 2), (p_value * 0.99, 0)):
        judge = attribution.Judge(candidates, max_false_positive_rate=limit)
        [verdict] = judge.judge(logits[None])
        assert len(verdict.accused) == expected


def test_innocents_are_accused_as_seldom_as_promised():
    """One mixture, many registries that know neither copy: 1 in 10 may."""
    logits = averaged(habits.fresh_bits(2))
    accused = [
        bool(
            attribution.Judge(
                habits.make_candidates(habits.fresh_bits(10)),
                max_false_positive_rate=0.1,
            )
            .judge(logits[None])[0]
            .accused
        )
        for _ in range(300)
    ]

    assert sum(accused) <= 30 + 4 * math.sqrt(27)


def test_nobody_is_accused_whom_photographs_match_as_well(made, mixed):
    logits = averaged(mixed[:2])
    photographs = made.logits.copy()
    photographs[5] = 8 * averaged(mixed[:2], noise=0)
    known = dataclasses.replace(made, read=calibration.Levels.of(photographs))

    [verdict] = attribution.Judge(habits.make_candidates(mixed), known).judge(
        logits[None]
    )

    assert verdict.accused == ()
    assert verdict.recipient is None
    # Of a mixture of issued copies nobody says that it was not issued.
    assert verdict.finding is Finding.AMBIGUOUS
    assert "Nobody is accused" in verdict.reason


def test_several_images_of_a_mixture_accuse_by_their_mean(made, mixed):
    judge = attribution.Judge(habits.make_candidates(mixed), made)
    random = np.random.default_rng(0)
    logits = averaged(mixed[:2]) + random.normal(size=(8, 64)) / 3

    verdict = judge.combine(logits)

    mean = logits.astype(np.float32).mean(axis=0, dtype=np.float64)
    expected = fingerprints.accuse(mean, mixed)
    assert [each.record.id for each in verdict.accused] == [
        f"i{place}" for place in expected.places
    ]
    assert verdict.accused
    assert verdict.accused[0].measured.trials == 2000 // 8
