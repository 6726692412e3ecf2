"""Attackers, on pictures of which it is known what tells them apart."""

import numpy as np
import pytest
from scipy import ndimage

from tf_fingerprint.evaluation import subjects
from tf_fingerprint.evaluation.attacks import steganalysis
from tf_fingerprint.evaluation.suites import secrecy

pytestmark = pytest.mark.slow


def smooth(count, random, side=32):
    """Pictures without texture."""
    noise = random.standard_normal((count, side, side, 3))
    blurred = ndimage.gaussian_filter(noise, (0, 4, 4, 0))
    levels = 128 + 40 * blurred / blurred.std()
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def marked(images, random):
    """Plus or minus one level in every pixel, the same in all colours."""
    marks = random.choice([-1, 1], (*images.shape[:3], 1))
    return np.clip(images.astype(int) + marks, 0, 255).astype(np.uint8)


def slow_transitions(levels, step):
    """One direction of one picture, difference by difference."""
    counts = np.zeros((7, 7, 7))
    height, width = levels.shape
    down, right = step
    for y in range(height - 3 * down):
        for x in range(width - 3 * right):
            values = [
                int(levels[y + i * down, x + i * right]) for i in range(4)
            ]
            first, second, third = (
                max(-3, min(3, values[i] - values[i + 1])) + 3 for i in range(3)
            )
            counts[first, second, third] += 1
    return counts / np.maximum(counts.sum(axis=2, keepdims=True), 1)


def test_features_are_those_of_counting_difference_by_difference():
    image = marked(smooth(1, np.random.default_rng(0), 12), np.random)[0]
    levels = np.rint(image.mean(axis=-1))

    features = steganalysis.neighbour_features(image[None])[0]

    expected = [
        np.mean(
            [
                slow_transitions(np.rot90(levels, turns), step)
                for turns in range(4)
            ],
            axis=0,
        ).ravel()
        for step in ((0, 1), (1, 1))
    ]
    np.testing.assert_allclose(features, np.concatenate(expected), atol=1e-12)


def test_a_line_is_found_between_two_kinds():
    random = np.random.default_rng(1)
    mixing = random.normal(size=(6, 6))
    first, second = (
        (random.normal(size=(400, 6)) + [shift, 0, 0, 0, 0, 0]) @ mixing
        for shift in (0, 4)
    )

    classify = steganalysis.linear_classifier(
        first[:200], second[:200], ridge=1e-6
    )

    assert (classify(first[200:]) < 0).mean() > 0.95
    assert (classify(second[200:]) > 0).mean() > 0.95


def test_marks_are_told_without_an_example():
    random = np.random.default_rng(2)
    images = smooth(120, random)
    images[60:] = marked(images[60:], random)

    taken = steganalysis.artificial_training_sets(
        images, lambda each: marked(each, random)
    )

    assert (taken == (np.arange(120) >= 60)).mean() > 0.9


@pytest.fixture(scope="module")
def attacker():
    return steganalysis.Attacker(32)


def test_a_network_learns_what_is_there_and_begins_anew_each_time(attacker):
    def light(count, random):
        return smooth(count, random) // 2 + 100

    told, guessed = (
        secrecy.of_examples(
            attacker,
            secrecy.Task(name, smooth, second),
            subjects.Options(pictures=80),
            sizes=(64,),
        ).points[0][1]
        for name, second in (("light", light), ("nothing", smooth))
    )

    assert told.low > 0.7
    assert told.pictures == 80
    assert guessed.low < 0.55
