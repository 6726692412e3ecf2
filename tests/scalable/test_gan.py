import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint import errors
from tf_fingerprint.scalable import updates
from tf_fingerprint.training import grids
from tf_fingerprint.training.curriculum import Curriculum
from tf_fingerprint.training.curriculum import Progress
from tf_fingerprint.training.schedule import Plan

from .. import tiny

pytestmark = pytest.mark.slow

NETWORKS = (
    "generator",
    "discriminator",
    "decoder",
    "ema_generator",
    "anchor_generator",
)


@pytest.fixture
def gan():
    """A training with all bits in use."""
    gan = tiny.build_gan(anchored=True, ema_half_life_images=tiny.BATCH)
    gan.progress = Progress(images=64, active_bits=tiny.NUM_BITS)
    return gan


def changed_by(gan, update):
    """Names of the networks that an update changes."""
    before = {name: getattr(gan, name).get_weights() for name in NETWORKS}
    update()
    return {
        name
        for name, weights in before.items()
        if any(map(np.any, difference(getattr(gan, name), weights)))
    }


def difference(network, weights):
    return [
        after - before
        for after, before in zip(network.get_weights(), weights, strict=True)
    ]


@pytest.mark.parametrize(
    "plan, changed",
    [
        (Plan(fingerprints=True), {"generator", "discriminator", "decoder"}),
        (Plan(fingerprints=False), {"generator", "discriminator"}),
        (
            Plan(fingerprints=False, r1=True, path_length=True),
            {"generator", "discriminator"},
        ),
        (Plan(fingerprints=True, anchored=True), {"generator", "decoder"}),
        (Plan(fingerprints=True, decoder_only=True), {"decoder"}),
    ],
)
def test_a_step_changes_what_it_should(gan, plan, changed):
    if "generator" in changed:
        changed = changed | {"ema_generator"}

    assert changed == changed_by(
        gan, lambda: gan.train_step(tiny.photographs(), gan.settings(), plan)
    )


def test_the_adversarial_loss_leaves_the_discriminator_alone(gan):
    plan = Plan(fingerprints=False)

    assert changed_by(
        gan, lambda: updates.update_generator(gan, 4, gan.settings(), plan)
    ) == {"generator"}
    _, kept = updates.update_generator(gan, 4, gan.settings(), plan)
    assert changed_by(
        gan,
        lambda: updates.update_discriminators(
            gan, tiny.photographs(), kept, gan.settings()
        ),
    ) == {"discriminator"}


def test_a_step_names_its_losses(gan):
    full = Plan(fingerprints=True, r1=True, path_length=True)

    losses = gan.train_step(tiny.photographs(), gan.settings(), full)

    assert set(losses) == {*tiny.LOSS_WEIGHTS, "discriminator", "bit_accuracy"}


def test_the_moving_average_follows_the_new_weights(gan):
    for weight in gan.ema_generator.weights:
        weight.assign(weight + 1)
    before = gan.ema_generator.get_weights()

    gan.train_step(tiny.photographs(), gan.settings(), Plan(fingerprints=True))

    # One batch is the half-life.
    for average, old, new in zip(
        gan.ema_generator.get_weights(),
        before,
        gan.generator.get_weights(),
        strict=True,
    ):
        np.testing.assert_allclose(average, (old + new) / 2, rtol=1e-5)


def test_bits_that_are_not_active_are_neutral(gan):
    gan.progress = Progress(active_bits=3)

    _, fingerprints, _ = gan.sample_inputs(500, gan.settings(), "generator")

    assert set(np.unique(fingerprints[:, :3])) == {0, 1}
    np.testing.assert_array_equal(fingerprints[:, 3:], 0.5)


def test_first_the_picture_then_the_bits(monkeypatch):
    gan = tiny.build_gan(
        curriculum=Curriculum(8, initial_bits=2, picture_images=8)
    )
    plans = []
    train_step = gan.train_step
    monkeypatch.setattr(
        gan, "train_step", lambda *a: (plans.append(a), train_step(*a))[1]
    )

    tiny.fit(gan, 4)

    assert [plan.fingerprints for *_, plan in plans] == [0, 0, 1, 1]
    assert [int(sum(told["active"])) for _, told, _ in plans] == [0, 0, 2, 2]
    assert gan.progress.images == 16


def test_anchored_bits_start_from_the_averaged_pictures():
    gan = tiny.build_gan(
        anchored=True,
        curriculum=Curriculum(8, initial_bits=2, picture_images=8),
    )
    tiny.fit(gan, 2)
    pictures = gan.ema_generator.get_weights()
    assert any(map(np.any, difference(gan.generator, pictures)))

    assert gan.plan() == Plan(fingerprints=True, anchored=True)

    for network in (gan.generator, gan.anchor_generator):
        assert not any(map(np.any, difference(network, pictures)))
    tiny.fit(gan, 2)
    assert any(map(np.any, difference(gan.generator, pictures)))
    assert not any(map(np.any, difference(gan.anchor_generator, pictures)))


def test_progress_scales_the_weights_of_consistency():
    scaled, weighted = tiny.build_gan(), tiny.build_gan()
    scaled.progress = Progress(active_bits=8, consistency=3.0)
    weighted.progress = Progress(active_bits=8)
    for name in ("consistency", "coarse_consistency"):
        weighted.loss_weights[name] *= 3

    for gan in (scaled, weighted):
        updates.update_generator(
            gan, 4, gan.settings(), Plan(fingerprints=True)
        )

    weights = weighted.generator.get_weights()
    for change in difference(scaled.generator, weights):
        np.testing.assert_allclose(change, 0, atol=1e-6)


def test_learning_rates_follow_the_schedule():
    gan = tiny.build_gan(decay_images=500)
    gan.progress = Progress(images=750, active_bits=8)

    gan.plan()

    for optimizer in (
        gan.generator_optimizer,
        gan.decoder_optimizer,
        gan.discriminator_optimizer,
    ):
        np.testing.assert_allclose(optimizer.learning_rate, 0.55 * 0.02)


@pytest.mark.parametrize("noise", ["random", "fixed", "none"])
def test_noise_is_new_or_the_same_or_none(noise):
    gan = tiny.build_gan(noise=noise)

    _, _, drawn = gan.sample_inputs(2, gan.settings(), "generator")

    assert np.array_equal(drawn[0], drawn[1]) == (noise != "random")
    assert np.any(drawn) == (noise != "none")


def test_a_saved_training_goes_on_as_if_it_had_not_stopped(tmp_path):
    whole = tiny.build_gan(optimizer=keras.optimizers.Adam, decay_images=1000)
    tiny.fit(whole, 4)
    first = tiny.build_gan(optimizer=keras.optimizers.Adam, decay_images=1000)
    tiny.fit(first, 2)
    first.save_weights(tmp_path / "first.weights.h5")
    second = tiny.build_gan(optimizer=keras.optimizers.Adam, decay_images=1000)

    second.load_weights(tmp_path / "first.weights.h5")
    tiny.fit(second, 2)

    assert second.progress == whole.progress
    for actual, expected in zip(second.weights, whole.weights, strict=True):
        if actual is not second.saved_progress:
            np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize(
    "network, term",
    [
        ("generator", "adversarial"),
        ("discriminator", "adversarial"),
        ("decoder", "latent"),
    ],
)
def test_a_broken_network_stops_the_training(network, term):
    gan = tiny.build_gan()
    gan.progress = Progress(images=64, active_bits=8)
    weight = getattr(gan, network).weights[-1]
    weight.assign(tf.fill(weight.shape, np.nan))

    with pytest.raises(errors.TrainingError) as raised:
        tiny.fit(gan, 1)

    assert f"`{term}` became nan after 64 images" in str(raised.value)


def test_the_moving_average_is_drawn_as_far_as_it_is(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        grids, "draw", lambda *args, **kwargs: drawn.append((args, kwargs))
    )
    gan = tiny.build_gan(noise="none")
    gan.progress = Progress(images=4000, active_bits=3)

    gan.draw(tmp_path)

    assert drawn == [
        (
            (gan.ema_generator, tmp_path, "000004000"),
            {"active_bits": 3, "noise": "none"},
        )
    ]


def test_what_is_not_learned_comes_with_the_settings_to_try():
    for setting in ("initial_bits", "picture_images", "consistency"):
        assert setting in tiny.build_gan().chance_advice
