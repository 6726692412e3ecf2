"""A copy that is trained on, for a few steps."""

import numpy as np
import pytest

from tf_fingerprint import models
from tf_fingerprint.evaluation.attacks import fine_tuning

from ...conftest import TINY_WIDTHS
from ...randomized import randomize

pytestmark = pytest.mark.slow


def trained(generator, noise, checkpoints, **options):
    """The copy's weights at each checkpoint, and what was seen by then."""
    copy = models.seal(randomize(generator), [1, 0] * 4, noise=noise)
    photographs = np.random.default_rng(0).integers(
        0, 256, (6, 16, 16, 3), dtype=np.uint8
    )
    training = fine_tuning.FineTuning(
        copy, photographs, batch_size=4, **TINY_WIDTHS
    )
    issued = copy.get_weights()
    stops = training.run(checkpoints, **options)
    return copy, issued, [(seen, copy.get_weights()) for seen in stops]


@pytest.fixture
def stopped(generator):
    return trained(generator, "random", [0, 5, 12], alone=4)


def test_it_stops_after_whole_batches(stopped):
    assert [seen for seen, _ in stopped[2]] == [0, 8, 12]


def test_the_discriminator_catches_up_before_the_copy_moves(stopped):
    _, issued, [(_, first), *_] = stopped

    for before, after in zip(issued, first, strict=True):
        np.testing.assert_array_equal(after, before)


def test_what_was_learned_moves_and_fixed_filters_stay(stopped):
    copy, issued, [*_, (_, last)] = stopped
    learned = {weight.path for weight in copy.trainable_weights}

    for weight, before, after in zip(copy.weights, issued, last, strict=True):
        assert (weight.path in learned) == (before != after).any(), weight.path


def test_copies_without_noise_are_trained_on_the_same_every_time(generator):
    _, _, [(_, one)] = trained(generator, "none", [8])
    _, _, [(_, another)] = trained(generator, "none", [8])

    for each, other in zip(one, another, strict=True):
        np.testing.assert_allclose(each, other, atol=1e-6)
