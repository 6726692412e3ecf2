import numpy as np
import pytest
import scipy.stats

from tf_fingerprint import calibration


@pytest.mark.parametrize("hits", [0, 1, 7, 499, 500])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.999])
def test_scipy_finds_the_same_interval(hits, confidence):
    expected = scipy.stats.binomtest(hits, 500).proportion_ci(confidence)

    found = calibration.rate_interval(hits, 500, confidence)

    assert found == pytest.approx((expected.low, expected.high), rel=1e-9)


@pytest.mark.parametrize("rate", [0.0005, 0.01, 0.3])
def test_the_true_rate_is_covered_at_least_as_often_as_promised(rate):
    drawn = np.random.default_rng(0).binomial(2000, rate, 2000)

    ends = {k: calibration.rate_interval(int(k), 2000) for k in set(drawn)}
    covered = np.mean([ends[k][0] <= rate <= ends[k][1] for k in drawn])

    assert covered >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 2000)


@pytest.mark.parametrize("hits, trials", [(-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_refused(hits, trials):
    with pytest.raises(ValueError, match="`hits` must lie between"):
        calibration.rate_interval(hits, trials)


def test_a_certain_interval_is_refused():
    with pytest.raises(ValueError, match="`confidence`.*Received 1"):
        calibration.rate_interval(1, 5, 1)
