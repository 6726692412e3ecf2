"""Steps down the penalties, against finite differences."""

import numpy as np
import pytest

from tf_fingerprint.scalable import updates
from tf_fingerprint.training import penalties
from tf_fingerprint.training import random_inputs

from .. import tiny


def slope(function, weights, directions, step=2e-3):
    """By finite differences, along directions of the weights."""
    origins = [np.array(weight) for weight in weights]
    ends = []
    for sign in (1, -1):
        for weight, origin, direction in zip(
            weights, origins, directions, strict=True
        ):
            weight.assign(origin + sign * step * direction)
        ends.append(np.mean(function(), dtype="float64"))
    for weight, origin in zip(weights, origins, strict=True):
        weight.assign(origin)
    return (ends[0] - ends[1]) / (2 * step)


def descended(update, weights, directions):
    """What an update of learning rate 0.02 takes for the slope."""
    before = [np.array(weight) for weight in weights]
    update()
    return sum(
        np.sum((old - new) / 0.02 * direction)
        for old, new, direction in zip(before, weights, directions, strict=True)
    )


@pytest.mark.parametrize("interval", [1, 16])
def test_the_r1_step_descends_half_gamma_times_the_penalty(interval):
    gan = tiny.build_gan(r1_interval=interval)
    weights = gan.discriminator.trainable_variables
    directions = [np.random.normal(size=weight.shape) for weight in weights]
    images = tiny.photographs()

    expected = slope(
        lambda: penalties.r1(gan.discriminator, images), weights, directions
    )
    actual = descended(
        lambda: updates.penalize_gradient(gan, images), weights, directions
    )

    gamma = tiny.LOSS_WEIGHTS["r1"]
    assert actual == pytest.approx(interval * gamma / 2 * expected, rel=0.02)


@pytest.mark.parametrize("interval", [1, 4])
def test_the_path_length_step_descends_the_distance_from_the_mean(interval):
    gan = tiny.build_gan(path_length_interval=interval)
    gan.mean_path_length.assign(3.0)
    weights = gan.generator.trainable_variables
    directions = [np.random.normal(size=weight.shape) for weight in weights]
    settings = gan.settings()
    # Half a batch, in the paper.
    inputs = gan.sample_inputs(2, settings, "path_length")
    picture_directions = random_inputs.directions(
        random_inputs.replica_seed(settings["seed"], "path_length"),
        (2, tiny.SIDE, tiny.SIDE, 1),
    )

    def lengths():
        return penalties.path_lengths(gan.generator, inputs, picture_directions)

    mean = 0.99 * 3 + 0.01 * np.mean(lengths())
    expected = slope(lambda: (lengths() - mean) ** 2, weights, directions)
    actual = descended(
        lambda: updates.penalize_path_length(gan, 4, settings),
        weights,
        directions,
    )

    weight = tiny.LOSS_WEIGHTS["path_length"]
    assert actual == pytest.approx(interval * weight * expected, rel=0.02)
    np.testing.assert_allclose(gan.mean_path_length, mean, rtol=1e-5)


@pytest.mark.slow
def test_penalties_are_paid_at_their_intervals_only(monkeypatch):
    gan = tiny.build_gan(r1_interval=3, path_length_interval=2)
    seen = []
    advance = gan.advance
    monkeypatch.setattr(gan, "advance", lambda v: (seen.append(v), advance(v)))

    tiny.fit(gan, 7)

    assert ["r1" in values for values in seen] == [1, 0, 0, 1, 0, 0, 1]
    assert ["path_length" in values for values in seen] == [1, 0] * 3 + [1]
