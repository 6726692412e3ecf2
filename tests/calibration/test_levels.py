import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from tf_fingerprint import calibration
from tf_fingerprint.calibration import levels

numbers = st.floats(-1e4, 1e4, width=32)


@hypothesis.given(st.lists(numbers, min_size=2, max_size=40))
def test_no_logit_loses_its_sign_or_moves_by_more_than_half_a_step(logits):
    logits = np.array([logits])

    read = calibration.Levels.of(logits)

    np.testing.assert_array_equal(read.bits, logits > 0)
    np.testing.assert_array_equal(read.logits > 0, logits > 0)
    within = np.abs(logits) <= levels.MAX_LEVEL * read.step
    moved = np.abs(read.logits - logits)[within]
    assert (moved <= read.step / 2 * (1 + 1e-5)).all()


def test_steps_are_as_fine_as_nearly_all_logits_allow():
    logits = np.random.default_rng(0).normal(0, 10, (500, 64))
    logits[0, 0] = 1e6

    read = calibration.Levels.of(logits)

    assert 0.4 < read.step < 0.6
    assert (np.abs(logits) > levels.MAX_LEVEL * read.step).mean() < 2e-3
    assert read.logits[0, 0] == read.logits.max() == 63.5 * read.step


def test_levels_beyond_the_largest_and_no_steps_are_refused():
    with pytest.raises(ValueError, match="from -64 to 63. Received.* 64"):
        calibration.Levels(np.int8([[64, 0]]), 1.0)
    for step in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(ValueError, match="`step` must be a number above"):
            calibration.Levels(np.int8([[0]]), step)


def test_zeros_have_levels_too():
    read = calibration.Levels.of(np.zeros((3, 8)))

    assert read.bits.tolist() == [[0] * 8] * 3
    assert len(read) == 3
