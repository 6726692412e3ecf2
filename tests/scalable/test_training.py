import pathlib

import numpy as np
import pytest

from tf_fingerprint import config
from tf_fingerprint.scalable import training as scalable_training
from tf_fingerprint.training.curriculum import Progress

SMOKE = pathlib.Path(__file__).parents[2] / "configs" / "smoke.toml"


def build(*overrides):
    overrides = ("networks.max_channels=4", *overrides)
    return scalable_training.build(config.read(SMOKE, overrides))


def test_adam_is_slowed_down_by_the_steps_that_penalties_add():
    model = build("optimizer.beta_1=0.5")

    for optimizer, ratio in (
        (model.generator_optimizer, 4 / 5),
        (model.decoder_optimizer, 4 / 5),
        (model.discriminator_optimizer, 16 / 17),
    ):
        assert float(optimizer.learning_rate) == pytest.approx(0.002 * ratio)
        assert optimizer.beta_1 == pytest.approx(0.5**ratio)
        assert optimizer.beta_2 == pytest.approx(0.99**ratio)
        assert optimizer.epsilon == 1e-8


def test_without_penalties_adam_is_as_it_is_set():
    model = build("losses.r1=0", "losses.path_length=0")

    for optimizer in (
        model.generator_optimizer,
        model.decoder_optimizer,
        model.discriminator_optimizer,
    ):
        assert float(optimizer.learning_rate) == pytest.approx(0.002)
        assert optimizer.beta_1 == 0
        assert optimizer.beta_2 == pytest.approx(0.99)


def test_every_setting_reaches_its_part():
    model = build(
        "networks.num_bits=16",
        "networks.decoder_max_channels=6",
        "networks.noise=none",
        "curriculum.picture_images=100",
        "curriculum.max_consistency=3",
        "curriculum.anchored=true",
        "losses.latent=0.25",
        "optimizer.decay_images=32",
        "training.decoder_images=64",
        "training.seed=7",
    )

    assert model.generator.num_bits == model.decoder.num_bits == 16
    assert model.generator.get_config()["max_channels"] == 4
    assert model.decoder.get_config()["max_channels"] == 6
    assert model.noise == "none"
    assert model.curriculum.num_bits == 16
    assert model.curriculum.initial_bits == 8
    assert model.curriculum.picture_images == 100
    assert model.curriculum.max_consistency == 3
    assert model.schedule.anchored
    assert model.schedule.decay_images == 32
    assert model.schedule.decoder_images == 64
    assert model.loss_weights["latent"] == 0.25
    assert model.seed == 7


def test_a_training_draws_from_as_many_fingerprints_as_are_set():
    model = build("curriculum.training_fingerprints=3", "training.seed=7")
    model.progress = Progress(active_bits=8)

    _, drawn, _ = model.sample_inputs(50, model.settings(), "generator")

    assert len(np.unique(drawn, axis=0)) == 3
