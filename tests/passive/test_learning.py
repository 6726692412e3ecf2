"""Steps of the classifier's training, on one device and on two."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.passive import attacks
from tf_fingerprint.passive import learning
from tf_fingerprint.passive import sources
from tf_fingerprint.passive.classifier import Classifier
from tf_fingerprint.training import curriculum
from tf_fingerprint.training import schedule

from ..tiny_passive import noise

pytestmark = pytest.mark.slow


def build(attack="none", rate=0.1, decay_images=0, **options):
    keras.utils.set_random_seed(0)
    model = learning.ClassifierTraining(
        Classifier(3, 16, channel_base=16, max_channels=4),
        attacks.Attack(attack),
        schedule.Schedule(1000, batch_size=8, decay_images=decay_images),
        **options,
    )
    model.compile(keras.optimizers.SGD(rate), run_eagerly=True)
    return model


def fit(model, steps=2, images=None):
    images = noise(8) if images is None else images
    pair = (data.to_unit(images), np.arange(8, dtype="int32") % 3)
    stream = tf.data.Dataset.from_tensors(pair).repeat()
    model.fit(stream, steps_per_epoch=steps, shuffle=False, verbose=0)
    return model.classifier.get_weights()


def test_two_replicas_take_the_same_steps_as_one(two_replicas):
    one = fit(build())
    with two_replicas.scope():
        model = build()
    two = fit(model)

    before = build().classifier.get_weights()
    for first, ours, theirs in zip(before, two, one, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
        assert np.abs(theirs - first).max() > 1e-4


def test_a_step_goes_down_the_cross_entropy_of_all_pictures():
    model = build(rate=0.01)
    images, sources = data.to_unit(noise(8)), np.arange(8) % 3

    def loss():
        logits = np.array(model.classifier(images), "float64")
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return -logits[np.arange(8), sources].mean()

    before = loss()
    fit(model, steps=1)

    assert loss() < before
    assert model.progress.images == 8


def test_the_learning_rate_falls_to_a_tenth_and_stays_there():
    model = build(decay_images=500)
    rates = {}
    for images in (0, 500, 750, 1000, 1200):
        model.progress = curriculum.Progress(images=images)
        model.plan()
        rates[images] = float(model.classifier_optimizer.learning_rate)

    expected = {0: 0.1, 500: 0.1, 750: 0.055, 1000: 0.01, 1200: 0.01}
    assert rates == pytest.approx(expected)


def test_a_rate_that_never_falls_bears_an_epoch_beyond_the_last_image():
    model = build(decay_images=0)
    model.progress = curriculum.Progress(images=1200)
    model.plan()

    assert float(model.classifier_optimizer.learning_rate) == pytest.approx(0.1)


def test_figures_are_of_pictures_held_out_spread_over_all():
    images = noise(7)
    held_out = sources.Labelled(images, np.arange(7) % 3, ("",) * 7)
    model = build(held_out=held_out)
    model.most_measured = 4

    guesses = np.array(model.classifier(data.to_unit(images))).argmax(axis=1)

    expected = (guesses == held_out.sources)[::2].mean()
    assert model.measure() == {"held_out_accuracy": expected}


def test_an_attack_depends_on_seed_and_step_alone():
    images = data.to_unit(noise(8))
    model, twin = build("combined"), build("combined")

    first = model.perturb(images, model.settings())
    again = twin.perturb(images, twin.settings())
    model.advance({})
    later = model.perturb(images, model.settings())

    np.testing.assert_array_equal(first, again)
    assert np.abs(first - later).max() > 0.01


def test_a_loss_that_is_no_number_stops_the_training():
    model = build(rate=1e30)

    with pytest.raises(errors.TrainingError, match="`cross_entropy` became"):
        fit(model, steps=6)
