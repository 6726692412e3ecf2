import itertools
import math

import numpy as np
import pytest
import scipy.stats

from tf_fingerprint import calibration
from tf_fingerprint import fingerprints


def every_sum(weights):
    pairs = ((0, weight) for weight in weights)
    return np.array([sum(chosen) for chosen in itertools.product(*pairs)])


@pytest.mark.parametrize("seed", range(5))
def test_the_tail_counts_every_fingerprint(seed):
    weights = np.random.default_rng(seed).integers(0, 9, 11).tolist()
    sums = every_sum(weights)

    for missed in range(sum(weights) + 3):
        expected = math.log10((sums <= missed).mean())
        found = calibration.log10_tail(weights, missed)
        assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("matches", [0, 64, 92, 120, 128])
def test_equal_weights_give_the_binomial_tail(matches):
    found = calibration.log10_tail([3] * 128, 3 * (128 - matches))

    rate = fingerprints.log10_false_positive_rate(matches, 128)
    assert found == pytest.approx(rate, abs=1e-12)
    exact = scipy.stats.binom.logsf(matches - 1, 128, 0.5) / math.log(10)
    assert found == pytest.approx(exact, abs=1e-9)


def test_simulation_meets_the_tail_of_uneven_weights():
    random = np.random.default_rng(1)
    weights = calibration.whole_weights(random.exponential(size=64))
    missed = int(0.4 * weights.sum())
    drawn = random.integers(0, 2, (50_000, 64)) @ weights

    rate = 10 ** calibration.log10_tail(weights.tolist(), missed)

    assert np.mean(drawn <= missed) == pytest.approx(
        rate, abs=5 * math.sqrt(rate / 50_000)
    )


def test_no_tail_is_lost_at_512_bits():
    assert calibration.log10_tail([8] * 512, 0) == pytest.approx(
        -512 * math.log10(2)
    )


def test_weights_keep_their_proportions():
    weights = calibration.whole_weights([1.0, 2.0, 5.0])

    assert weights.tolist() == [512, 1024, 2560]
    assert calibration.whole_weights([0.0, 0.0]).tolist() == [0, 0]


def test_what_counts_nothing_is_no_evidence():
    assert calibration.log10_tail([0] * 16, 0) == 0


@pytest.mark.parametrize("confidence", [-1.0, math.nan, math.inf])
def test_strange_confidences_are_refused(confidence):
    with pytest.raises(ValueError, match="`confidences` must be numbers"):
        calibration.whole_weights([1.0, confidence])


def test_negative_weights_are_refused():
    with pytest.raises(ValueError, match="must not be negative"):
        calibration.log10_tail([1, -1], 0)
