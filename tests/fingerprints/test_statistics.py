import fractions
import itertools
import math

import numpy as np
import pytest
import scipy.stats

from tf_fingerprint import errors
from tf_fingerprint import fingerprints

# Number of bits, of candidates, and the fewest matches with a family-wise
# false-positive rate of at most 1e-6; computed before this package was.
THRESHOLDS = [
    (32, 1, 30),
    (32, 10**3, 32),
    (64, 1, 51),
    (64, 10**3, 56),
    (64, 10**5, 58),
    (64, 10**6, 59),
    (100, 1, 74),
    (100, 10**3, 80),
    (100, 10**5, 83),
    (100, 10**6, 85),
    (128, 1, 92),
    (128, 10**3, 98),
    (128, 10**5, 102),
    (128, 10**6, 103),
    (128, 10**9, 108),
    (256, 1, 167),
    (256, 10**3, 176),
    (256, 10**6, 184),
    (512, 1, 311),
    (512, 10**6, 336),
]


def exact_rate(num_matches, num_bits):
    """The tail by Pascal's triangle, as a fraction."""
    row = [1]
    for _ in range(num_bits):
        row = [1, *map(sum, itertools.pairwise(row)), 1]
    return fractions.Fraction(sum(row[num_matches:]), 2**num_bits)


@pytest.mark.parametrize("num_bits", [1, 8, 31, 100, 128, 512])
def test_rates_agree_with_scipy(num_bits):
    matches = np.arange(num_bits + 1)

    rates = [fingerprints.false_positive_rate(k, num_bits) for k in matches]

    expected = scipy.stats.binom.sf(matches - 1, num_bits, 0.5)
    np.testing.assert_allclose(rates, expected, rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("num_bits", [1, 9, 128, 511])
def test_rates_are_the_exact_ones_rounded_once(num_bits):
    for num_matches in range(0, num_bits + 1, 1 + num_bits // 40):
        assert fingerprints.false_positive_rate(num_matches, num_bits) == float(
            exact_rate(num_matches, num_bits)
        )


def test_rates_are_shares_of_all_bit_strings():
    strings = np.array(list(itertools.product([0, 1], repeat=12)))
    matches = (strings == fingerprints.random_bits(12)).sum(axis=1)

    for num_matches in range(13):
        rate = fingerprints.false_positive_rate(num_matches, 12)
        assert rate == (matches >= num_matches).mean()


@pytest.mark.parametrize(
    ("num_matches", "rate"),
    # Of 128 bits; p-values of the paper's method, from the specification.
    [(127, 3.8e-37), (126, 2.4e-35), (128, 2.9e-39), (96, 6.4e-9)],
)
def test_rates_are_the_published_p_values(num_matches, rate):
    actual = fingerprints.false_positive_rate(num_matches, 128)

    assert actual == pytest.approx(rate, rel=0.02)


def test_logarithms_are_those_of_the_rates():
    for num_matches in range(513):
        rate = fingerprints.false_positive_rate(num_matches, 512)
        logarithm = fingerprints.log10_false_positive_rate(num_matches, 512)
        assert logarithm == pytest.approx(math.log10(rate), rel=1e-12)


def test_logarithms_near_zero_keep_their_digits():
    logarithm = fingerprints.log10_false_positive_rate(1, 128)

    assert logarithm == pytest.approx(-(2.0**-128) / math.log(10), rel=1e-12)


def test_logarithms_go_on_where_floats_end():
    assert fingerprints.false_positive_rate(2000, 2000) == 0.0
    logarithm = fingerprints.log10_false_positive_rate(2000, 2000)
    assert logarithm == pytest.approx(-2000 * math.log10(2))


@pytest.mark.parametrize(("num_bits", "num_candidates", "matches"), THRESHOLDS)
def test_thresholds_are_those_of_the_specification(
    num_bits, num_candidates, matches
):
    threshold = fingerprints.match_threshold(num_bits, 1e-6, num_candidates)

    assert threshold == matches


@pytest.mark.parametrize("num_candidates", [10**4, 10**6, 10**9])
def test_32_bits_cannot_tell_ten_thousand_candidates_apart(num_candidates):
    with pytest.raises(errors.TooFewBitsError, match="Use longer"):
        fingerprints.match_threshold(32, 1e-6, num_candidates)


@pytest.mark.parametrize("num_candidates", [1, 3, 1000])
@pytest.mark.parametrize("rate", [1.0, 0.5, 0.1, 1e-3, 2.0**-20])
def test_threshold_is_the_first_number_that_keeps_the_rate(
    rate, num_candidates
):
    threshold = fingerprints.match_threshold(64, rate, num_candidates)

    assert num_candidates * exact_rate(threshold, 64) <= rate
    if threshold > 0:
        assert num_candidates * exact_rate(threshold - 1, 64) > rate


def test_threshold_for_exactly_a_perfect_match_is_a_perfect_match():
    assert fingerprints.match_threshold(64, 2.0**-64) == 64
    with pytest.raises(errors.TooFewBitsError):
        fingerprints.match_threshold(64, 2.0**-65)


def test_chance_reaches_the_threshold_as_seldom_as_promised():
    decoded, issued = np.random.default_rng(0).integers(
        0, 2, size=(2, 200_000, 32)
    )
    threshold = fingerprints.match_threshold(32, 1e-2)

    reached = ((decoded == issued).sum(axis=1) >= threshold).mean()

    rate = fingerprints.false_positive_rate(threshold, 32)
    assert reached == pytest.approx(rate, abs=5 * math.sqrt(rate / 200_000))


def test_corrected_p_value_is_never_above_one():
    assert fingerprints.corrected_p_value(1e-9, 1000) == pytest.approx(1e-6)
    assert fingerprints.corrected_p_value(0.5, 1000) == 1.0


def test_corrected_p_value_bounds_the_best_of_independent_candidates():
    for rate in (1e-9, 1e-3, 0.1):
        any_of_them = -math.expm1(1000 * math.log1p(-rate))
        assert fingerprints.corrected_p_value(rate, 1000) >= any_of_them


@pytest.mark.parametrize("num_matches", [-1, 129])
def test_impossible_matches_are_refused(num_matches):
    with pytest.raises(ValueError, match=f"num_matches={num_matches}"):
        fingerprints.false_positive_rate(num_matches, 128)


@pytest.mark.parametrize("rate", [0, -1e-6, 1.1, float("nan")])
def test_impossible_rates_are_refused(rate):
    with pytest.raises(ValueError, match="`max_false_positive_rate`"):
        fingerprints.match_threshold(128, rate)


def test_a_threshold_for_no_candidate_is_refused():
    with pytest.raises(ValueError, match="`num_candidates`"):
        fingerprints.match_threshold(128, 1e-6, num_candidates=0)
