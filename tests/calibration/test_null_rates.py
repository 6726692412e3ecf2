import itertools

import numpy as np
import pytest
import scipy.stats

from tf_fingerprint import calibration
from tf_fingerprint import fingerprints
from tf_fingerprint.calibration import null_rates

from . import habits


def test_histograms_count_what_a_loop_counts(monkeypatch):
    monkeypatch.setattr(null_rates, "_MAX_COMPARISONS", 700)
    random = np.random.default_rng(0)
    read = random.integers(0, 2, (100, 20)).astype(np.uint8)
    issued = random.integers(0, 2, (15, 20)).astype(np.uint8)

    found = calibration.match_histograms(read, issued)
    best = null_rates.best_matches(read, issued)

    for place, bits in enumerate(issued):
        matches = [int((row == bits).sum()) for row in read]
        assert found[place].tolist() == [matches.count(k) for k in range(21)]
    assert best.tolist() == [
        max(int((row == bits).sum()) for bits in issued) for row in read
    ]


@pytest.mark.parametrize("num_bits", [8, 63, 64, 65, 130])
def test_packed_bits_match_as_loose_ones(num_bits):
    read, issued = (
        habits.fresh_bits(20, num_bits),
        habits.fresh_bits(5, num_bits),
    )

    for bits in issued:
        np.testing.assert_array_equal(
            null_rates.Packed(read).matches(bits),
            null_rates.match_counts(read, bits),
        )


def test_independent_bits_are_worth_all_of_them():
    random = np.random.default_rng(0)
    read = random.integers(0, 2, (4000, 64)).astype(np.uint8)

    assert calibration.effective_bits(read) == pytest.approx(64, rel=0.1)


def test_copies_of_bits_are_worth_what_was_copied():
    random = np.random.default_rng(0)
    read = random.integers(0, 2, (4000, 16)).astype(np.uint8)

    worth = calibration.effective_bits(np.repeat(read, 4, axis=1))

    assert worth == pytest.approx(16, rel=0.1)


def test_the_worth_of_a_habit_is_that_of_a_loop_over_pairs():
    """By pairs of different photographs: a few of them, mostly alike."""
    flips = np.random.default_rng(0).random((6, 32)) < 0.1
    read = (np.arange(32) % 2 ^ flips).astype(np.uint8)
    surplus = [
        (2 * int((one == other).sum()) - 32) ** 2
        for one, other in itertools.combinations(read, 2)
    ]

    worth = calibration.effective_bits(read)

    assert worth == pytest.approx(32**2 / np.mean(surplus), rel=1e-12)


def test_a_small_sample_is_not_taken_for_correlation():
    random = np.random.default_rng(0)
    worth = [
        calibration.effective_bits(
            random.integers(0, 2, (50, 64)).astype(np.uint8)
        )
        for _ in range(20)
    ]

    assert np.mean(worth) > 40  # The plain sum of squares says 28.


def test_fair_decoders_keep_the_formula_for_every_fingerprint():
    random = np.random.default_rng(0)
    read = random.integers(0, 2, (20_000, 64)).astype(np.uint8)
    issued = habits.fresh_bits(50)

    histograms = calibration.match_histograms(read, issued)

    hits = histograms[:, 40:].sum(axis=1)
    rate = fingerprints.false_positive_rate(40, 64)
    outside = scipy.stats.binomtest
    assert all(outside(int(k), 20_000, rate).pvalue > 1e-5 for k in hits)


def test_habits_break_the_formula_for_some_though_not_on_average():
    """The average is no proof: it is right by construction."""
    made = habits.make_calibration()
    issued = habits.fresh_bits(2000)

    rates = calibration.match_histograms(made.decoded_bits, issued)
    rates = rates[:, 44:].sum(axis=1) / len(made)

    predicted = fingerprints.false_positive_rate(44, 64)
    assert rates.mean() == pytest.approx(predicted, rel=0.5)
    assert rates.max() > 20 * predicted
    assert np.median(rates) < predicted
    near_habit = made.measured_rate(made.habit, 44)
    assert near_habit.low > 20 * predicted
