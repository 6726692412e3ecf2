"""Intervals from values drawn again."""

import math

import numpy as np
import pytest

from tf_fingerprint.fingerprints import intervals


def test_the_mean_s_interval_covers_it_as_often_as_it_says():
    generator = np.random.default_rng(0)
    covered = 0
    for seed in range(100):
        values = generator.exponential(size=60)
        low, high = intervals.percentile_interval(
            np.mean, values, seed=seed, resamples=100
        )
        covered += low <= 1.0 <= high

    # 95 %, less what a skewed distribution and few draws cost.
    assert 85 <= covered <= 100


def test_scatter_is_the_standard_error_of_a_mean():
    generator = np.random.default_rng(0)
    values = generator.normal(5, 2, 400)
    drawn = [
        values[places].mean()
        for places in intervals.draws(len(values), 2000, seed=1)
    ]

    low, high = intervals.scatter_interval(values.mean(), drawn)

    assert (low + high) / 2 == pytest.approx(values.mean())
    error = values.std(ddof=1) / math.sqrt(len(values))
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.05)


def test_draws_repeat_for_a_seed_and_repeat_values():
    [first], [again] = intervals.draws(50, 1, 3), intervals.draws(50, 1, 3)

    np.testing.assert_array_equal(first, again)
    assert len(set(first.tolist())) < 50
    assert first.shape == (50,)


@pytest.mark.parametrize("values", [[], [1.0], 3.0])
def test_one_value_has_no_interval(values):
    with pytest.raises(ValueError, match="at least 2 values"):
        intervals.percentile_interval(np.mean, values)
    with pytest.raises(ValueError, match="at least 2 values"):
        intervals.scatter_interval(0.0, values)
