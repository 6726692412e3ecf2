import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint import config as configs
from tf_fingerprint.passive.visualization import (
    training as visualization_training,
)
from tf_fingerprint.training import penalties
from tf_fingerprint.training import recipe

pytestmark = pytest.mark.slow

SIDE, COUNT = 16, 8
LABELS = ("bright", "dark", "striped")


def config(*overrides):
    return configs.read(
        None,
        [
            f"data.resolution={SIDE}",
            "network.channel_base=64",
            "network.max_channels=8",
            f"training.batch_size={COUNT}",
            *overrides,
        ],
        kind=configs.VisualizationConfig,
    )


def build(settings):
    inputs = recipe.Inputs(labelled()[0], {"labels": LABELS})
    return visualization_training.build(settings, inputs)


def labelled(count=COUNT):
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, SIDE, SIDE, 3), np.uint8)
    return images, np.arange(count) % len(LABELS)


def batch(count=COUNT):
    images, sources = labelled(count)
    return (images / 127.5 - 1).astype("float32"), sources.astype("int32")


@pytest.fixture(scope="module")
def stepped():
    """A training after one step, and what it was before."""
    keras.utils.set_random_seed(1)
    model = build(config())
    before = {
        name: [np.array(each) for each in getattr(model, name).weights]
        for name in ("network", "critic", "ema_network")
    }
    shown = batch()
    values = model.train_step(shown, model.settings(), model.plan())
    return model, before, {name: float(v) for name, v in values.items()}


def test_losses_are_the_papers(stepped):
    model, before, values = stepped
    images, sources = labelled()
    images = (images / 127.5 - 1).astype("float32")
    # The critic has moved before the network is judged by it.
    now = [np.array(each) for each in model.network.weights]
    model.network.set_weights(before["network"])

    fakes, logits = map(np.array, model.network(images))
    chosen = logits[np.arange(COUNT), sources]
    opinions = np.array(model.critic(fakes))

    model.network.set_weights(now)
    partition = np.log(np.exp(logits).sum(axis=1))
    assert values["cross_entropy"] == pytest.approx(
        (partition - chosen).mean(), rel=1e-4
    )
    assert values["reconstruction"] == pytest.approx(
        np.abs(images - fakes).mean(), rel=1e-4
    )
    assert values["adversarial"] == pytest.approx(
        -opinions.mean(), rel=1e-3, abs=1e-5
    )
    assert values["accuracy"] == (logits.argmax(axis=1) == sources).mean()
    assert model.loss_weights == {
        "reconstruction": 20.0,
        "adversarial": 0.1,
        "gradient_penalty": 10.0,
        "drift": 0.001,
    }


def test_the_critics_penalty_is_the_distance_of_its_slope_from_one():
    steep = tf.constant([3.0, 4.0, 0.0])

    def critic(images):
        return tf.reduce_sum(images * steep, axis=(1, 2, 3))[:, None]

    images = tf.zeros((2, 1, 1, 3))
    penalty = penalties.critic_slope(critic, images, images + 1, 0.5)

    np.testing.assert_allclose(penalty, [16.0, 16.0], rtol=1e-5)


def test_the_slope_is_taken_between_picture_and_reconstruction():
    def critic(images):
        return tf.reduce_sum(images**2, axis=(1, 2, 3))[:, None] / 2

    images, fakes = tf.zeros((2, 1, 1, 1)), tf.fill((2, 1, 1, 1), 8.0)
    shares = tf.reshape([0.25, 0.75], (2, 1, 1, 1))

    # Slopes 2 and 6.
    np.testing.assert_allclose(
        penalties.critic_slope(critic, images, fakes, shares),
        [1.0, 25.0],
        rtol=1e-5,
    )


def test_every_weight_moves_and_the_average_a_thousandth_of_it(stepped):
    model, before, _ = stepped

    for name in ("network", "critic"):
        for old, new in zip(
            before[name], getattr(model, name).weights, strict=True
        ):
            assert (old != np.array(new)).any(), new.path
    for old, new, mean in zip(
        before["network"],
        model.network.weights,
        model.ema_network.weights,
        strict=True,
    ):
        expected = 0.999 * old + 0.001 * np.array(new)
        np.testing.assert_allclose(mean, expected, atol=1e-7)


def test_it_learns_to_tell_pictures_apart_by_what_it_leaves_out():
    keras.utils.set_random_seed(0)
    model = build(config("optimizer.learning_rate=0.01", "training.images=160"))
    shown = tf.data.Dataset.from_tensors(batch()).repeat()

    history = model.fit(
        shown, steps_per_epoch=10, epochs=2, shuffle=False, verbose=0
    )

    values = history.history
    assert values["accuracy"][-1] > values["accuracy"][0]
    assert values["cross_entropy"][-1] < 0.7 * values["cross_entropy"][0]
    assert values["images"][-1] == 160


def test_a_resumed_training_ends_as_one_that_was_not_stopped(tmp_path):
    def built(seed):
        keras.utils.set_random_seed(seed)
        return build(config())

    def step(model):
        model.plan()
        model.train_step(batch(), model.settings(), None)
        model.advance({})

    whole, stopped = built(0), built(0)
    for model in (whole, whole, stopped):
        step(model)
    stopped.save_weights(tmp_path / "latest.weights.h5")
    resumed = built(1)
    resumed.load_weights(tmp_path / "latest.weights.h5")
    step(resumed)

    assert resumed.progress.images == 2 * COUNT
    for name in ("network", "critic", "ema_network"):
        for one, other in zip(
            getattr(resumed, name).weights,
            getattr(whole, name).weights,
            strict=True,
        ):
            np.testing.assert_allclose(one, other, atol=1e-6)
