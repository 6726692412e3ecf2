import numpy as np
import pytest

from tf_fingerprint.evaluation.metrics import patterns


@pytest.fixture
def mark():
    return np.random.default_rng(0).choice([-6.0, 6.0], (16, 16, 3))


def pictures(count, mark, seed):
    """Noise, and a mark that all share."""
    noise = np.random.default_rng(seed).normal(128, 20, (count, 16, 16, 3))
    return np.clip(np.rint(noise + mark), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("blur", [patterns.BLUR, None])
def test_an_average_shows_what_all_pictures_share(mark, blur):
    pattern = patterns.fixed_pattern(pictures(400, mark, 1), blur=blur)

    expected = patterns.residuals(128 + mark[None], blur)[0]
    assert np.corrcoef(pattern.ravel(), expected.ravel())[0, 1] > 0.95
    assert abs(pattern.mean()) < 1e-5


def test_what_others_share_as_well_is_taken_off(mark):
    both = patterns.fixed_pattern(
        pictures(400, mark, 1), pictures(400, mark, 2)
    )

    assert np.abs(both).mean() < 0.3 * np.abs(mark).mean()


def test_pictures_with_the_mark_are_like_the_pattern(mark):
    pattern = patterns.fixed_pattern(pictures(400, mark, 1))

    same = patterns.correlations(pictures(50, mark, 3), pattern)
    other = patterns.correlations(pictures(50, 0 * mark, 4), pattern)

    assert same.min() > 0.15 > np.abs(other).max()
    assert patterns.ranked_right(same, other) == 1
    assert patterns.ranked_right(other, same) == 0
    assert patterns.ranked_right(same, same) == pytest.approx(0.5)


def test_a_constant_picture_is_like_nothing(mark):
    grey = np.full((1, 16, 16, 3), 128, np.uint8)

    assert patterns.correlations(grey, mark) == 0


def test_a_pattern_that_is_taken_off_is_gone(mark):
    marked = pictures(20, mark, 5)

    clean = patterns.shifted(marked, mark, -1)

    np.testing.assert_array_equal(clean, pictures(20, 0 * mark, 5))


def test_a_pattern_is_grey_where_it_is_nothing(mark):
    mark[0, 0] = 0

    shown = patterns.picture_of(mark)

    assert shown.dtype == np.uint8
    assert set(shown[0, 0]) <= {127, 128}
    assert (shown.min(), shown.max()) in {(0, 254), (0, 255), (1, 254)}
