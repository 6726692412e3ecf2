"""What numbers amount to, where a Judge seldom meets them."""

import math

import pytest

from tf_fingerprint import attribution
from tf_fingerprint import calibration
from tf_fingerprint.attribution import Finding
from tf_fingerprint.attribution import reasons
from tf_fingerprint.attribution.verdict import SoftScore

from ..calibration import habits


@pytest.fixture(scope="module")
def found():
    """A verdict on a picture of one of a hundred copies."""
    issued = habits.fresh_bits(100)
    judge = attribution.Judge(habits.make_candidates(issued))
    [verdict] = judge.judge(2.0 * issued[:1] - 1)
    return verdict


@pytest.mark.parametrize(
    ("hits", "finding"),
    [(1, Finding.ATTRIBUTED), (2, Finding.ATTRIBUTED), (4, "no_evidence")],
)
def test_a_rate_must_be_surely_too_high_to_excuse_anybody(found, hits, finding):
    """Of 2,000 photographs one is more than 1 in 5,000, but proves nothing."""
    measured = calibration.MeasuredRate.of(hits, 2000)
    case = reasons.Case(2e-4, None, None, True, (), 100, found.found_at)

    judgement = case.judged_hard(found.attribution, found.candidate, measured)

    assert measured.rate > case.limit
    assert judgement.finding == finding


@pytest.mark.parametrize(
    ("missed_by_second", "finding"),
    [(40, Finding.AMBIGUOUS), (60, Finding.ATTRIBUTED)],
)
def test_of_two_equally_good_by_soft_bits_neither_is_named(
    found, missed_by_second, finding
):
    """Where much chance is tolerated, the odds of the second don't tell."""
    rate = math.log10(0.005)
    soft = SoftScore(
        found.candidate, 40, 100, missed_by_second, rate, rate, rate, None
    )
    case = reasons.Case(0.01, None, None, True, (), 100, found.found_at)

    assert case.judged_softly(soft).finding is finding
