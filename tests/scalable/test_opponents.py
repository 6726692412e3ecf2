"""Discriminators and distances on features, in a training."""

import numpy as np
import pytest

from tf_fingerprint import config
from tf_fingerprint.scalable import training

from .. import tiny
from ..backends import five_steps

FEATURES = (
    *five_steps.SMALL,
    "losses.feature_adversarial=0.5",
    "losses.feature_consistency=1",
    "optimizer.r1_interval=1",
)


def build(*overrides):
    return training.build(five_steps.read(*FEATURES, *overrides))


def photographs(gan):
    side = gan.generator.output_shape[1]
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (4, side, side, 3)).astype("float32")


@pytest.mark.slow
def test_heads_learn_and_the_frozen_network_does_not():
    gan = build("curriculum.picture_images=0")
    heads = [np.array(each) for each in gan.feature_heads.trainable_weights]
    frozen = [np.array(each) for each in gan.opponents.network.weights]

    history = tiny.fit(gan, 2, photographs(gan)).history

    for before, weight in zip(
        heads, gan.feature_heads.trainable_weights, strict=True
    ):
        assert np.any(before != np.array(weight)), weight.path
    for before, weight in zip(
        frozen, gan.opponents.network.weights, strict=True
    ):
        np.testing.assert_array_equal(before, np.array(weight))
    assert history["feature_discriminator"][0] > 0
    assert history["feature_consistency"][0] > 0
    # Photographs of noise differ from each other.
    assert history["diversity_photographs"][0] > 0


@pytest.mark.slow
def test_what_is_frozen_is_not_saved(tmp_path):
    gan = build()

    saved = {id(weight) for weight in gan.weights}

    assert not saved & {id(each) for each in gan.opponents.network.weights}
    assert saved >= {id(each) for each in gan.feature_heads.weights}


@pytest.mark.slow
def test_one_picture_twice_has_no_diversity_whatever_its_augmentation():
    gan = build()
    images = np.repeat(photographs(gan)[:1], 4, axis=0)

    _, same = gan.opponents.see(images, np.int32([0, 1]), is_fake=True)
    _, other = gan.opponents.see(
        photographs(gan), np.int32([0, 1]), is_fake=True
    )

    assert np.max(same) < 1e-5
    assert np.min(other) > 0.1


def test_without_weight_there_are_no_opponents():
    gan = training.build(five_steps.read(*five_steps.SMALL))

    assert gan.opponents is None
    assert gan.feature_heads is None


def test_their_settings_have_the_papers_defaults():
    losses = config.Losses()

    assert losses.feature_adversarial == losses.feature_consistency == 0
