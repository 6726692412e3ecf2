"""Distances of what was drawn, by slow loops."""

import numpy as np
import pytest

from tf_fingerprint import evaluation
from tf_fingerprint.evaluation import distances

random = np.random.default_rng(0)
FIRST, SECOND = random.normal(size=(2, 12, 3)) + [[[0.0]], [[0.5]]]
EVERYTHING = (np.arange(12), np.arange(12))


def test_of_all_pictures_they_are_the_known_ones():
    [frechet] = distances.frechet(FIRST, SECOND, [EVERYTHING])
    [kid] = distances.kid(FIRST, SECOND, [EVERYTHING])

    assert frechet == evaluation.frechet_distance(FIRST, SECOND)
    expected, _ = evaluation.kernel_distance(
        FIRST, SECOND, subset_size=12, num_subsets=1
    )
    assert kid == pytest.approx(expected)


def test_a_picture_drawn_twice_is_not_compared_with_itself():
    places, others = random.integers(0, 12, (2, 12))

    [kid] = distances.kid(FIRST, SECOND, [(places, others)])

    def mean(left, right, keep):
        values = [
            (left[i] @ right[j] / 3 + 1) ** 3
            for i, j in ((i, j) for i in a for j in b)
            if keep(i, j)
        ]
        return np.mean(values)

    a = b = places
    expected = mean(FIRST, FIRST, lambda i, j: i != j)
    a = b = others
    expected += mean(SECOND, SECOND, lambda i, j: i != j)
    a, b = places, others
    expected -= 2 * mean(FIRST, SECOND, lambda i, j: True)
    assert len(set(places)) < 12
    assert kid == pytest.approx(expected)


def test_each_draw_has_its_distance():
    draws = [EVERYTHING, (np.arange(12)[::-1], np.arange(12))]

    for measure in distances.KINDS.values():
        first, again = measure(FIRST, SECOND, draws)
        assert first == pytest.approx(again)
