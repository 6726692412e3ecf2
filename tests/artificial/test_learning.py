import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint import artificial
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.artificial import training as codec_training
from tf_fingerprint.training import gradients
from tf_fingerprint.training import random_inputs

from .. import tiny_codec

pytestmark = pytest.mark.slow
BATCH = 8


def build(*overrides):
    """A compiled training of the tiny codec, the same every time."""
    keras.utils.set_random_seed(0)
    return codec_training.build(
        tiny_codec.tiny_config(
            "networks.residual=true", f"training.batch_size={BATCH}", *overrides
        ),
        tiny_codec.photographs(4, seed=9),
    )


def build_with_sgd():
    """The same; Adam would make large steps of rounding errors."""
    model = build("losses.initial_image=1")
    model.compile(*(keras.optimizers.SGD(0.1) for _ in range(2)))
    return model


def batch(seed=0):
    return data.to_unit(tiny_codec.photographs(BATCH, seed))


def fit(model, steps):
    batches = tf.data.Dataset.from_tensors(batch()).repeat()
    options = {"steps_per_epoch": steps, "shuffle": False, "verbose": 0}
    return model.fit(batches, **options).history


def step(model, monkeypatch, images=None):
    """One step without a move; what it sees and what it returns."""
    seen = {}

    def descend(learners, compute, weights):
        values = compute()
        seen.update(weights)
        return {name: np.mean(value) for name, value in values.items()}

    monkeypatch.setattr(gradients, "descend", descend)
    model.plan()
    images = batch() if images is None else images
    return model.train_step(tf.constant(images), model.settings()), seen


def drawn(model):
    """The fingerprints of the next step."""
    settings = model.settings()
    return random_inputs.fingerprints(
        random_inputs.replica_seed(settings["seed"], "generator"),
        BATCH,
        settings["active"],
    ).numpy()


# === Losses ===


def test_losses_are_those_of_the_paper(monkeypatch):
    model = build()
    model.progress = dataclasses.replace(
        model.progress, images=80, active_bits=32, read_at=0
    )

    values, weights = step(model, monkeypatch)

    images, bits = (batch() + 1) / 2, drawn(model)
    encoded = model.encoder([images, bits]).numpy()
    probability = 1 / (1 + np.exp(-model.decoder(encoded).numpy()))
    entropy = np.where(bits > 0, -np.log(probability), -np.log1p(-probability))
    assert values["image"] == pytest.approx(
        np.mean((encoded - images) ** 2), rel=1e-4
    )
    assert values["fingerprint"] == pytest.approx(entropy.mean(), rel=1e-4)
    assert values["bit_accuracy"] == pytest.approx(
        np.mean((probability > 0.5) == (bits > 0))
    )
    # 10 steps, of which 4 are awaited, of 8 in which the weight grows to 10.
    assert float(values["image_weight"]) == pytest.approx(10 * 6 / 8)
    assert float(weights["image"]) == pytest.approx(10 * 6 / 8)
    assert weights["fingerprint"] == 1


def test_a_factor_of_the_curriculum_raises_the_pictures_weight(monkeypatch):
    model = build("losses.initial_image=2")
    model.progress = dataclasses.replace(
        model.progress, active_bits=32, consistency=3.0
    )

    _, weights = step(model, monkeypatch)

    assert float(weights["image"]) == pytest.approx(6)


def test_bits_not_yet_in_use_are_held_neutral():
    model = build("curriculum.initial_bits=8")
    model.plan()

    bits = drawn(model)

    assert set(np.unique(bits[:, :8])) == {0, 1}
    assert set(np.unique(bits[:, 8:])) == {0.5}


def test_perturbed_pictures_are_decoded(monkeypatch):
    model = build('perturbations.names=["brightness"]')
    model.immunisation = dataclasses.replace(
        model.immunisation, ranges=((0.0, 0.0),), clean_share=0.5
    )
    seen = []
    monkeypatch.setattr(
        model,
        "decoder",
        lambda images, training: (
            seen.append(images.numpy()) or tf.zeros((BATCH, 32))
        ),
    )

    values, _ = step(model, monkeypatch)

    assert seen[0][:4].std() > 0.1
    np.testing.assert_allclose(seen[0][4:], 0, atol=1e-6)
    assert {"bit_accuracy_clean", "bit_accuracy_perturbed"} < set(values)


def test_exchanged_differences_come_with_their_own_bits():
    model = build("curriculum.exchanged_share=0.5")
    images, bits = (batch() + 1) / 2, tiny_codec.fingerprints(BATCH)
    images = tf.constant(0.25 + images / 2)
    encoded = images + tf.reshape(tf.range(8.0), (-1, 1, 1, 1)) / 64

    found, hidden = model._exchange(images, encoded, tf.constant(bits))

    np.testing.assert_array_equal(found[::2], encoded[::2])
    np.testing.assert_array_equal(hidden[::2], bits[::2])
    for place in range(1, 8, 2):
        expected = images[place] + (place - 1) / 64
        np.testing.assert_allclose(found[place], expected, atol=1e-6)
        np.testing.assert_array_equal(hidden[place], bits[place - 1])


def test_a_few_bits_that_are_read_do_not_count_as_all():
    model = build("curriculum.initial_bits=16")
    model.progress = dataclasses.replace(
        model.progress, images=80, active_bits=16, accuracy=0.95
    )

    model.advance({"bit_accuracy": 1.0})
    assert (model.progress.active_bits, model.progress.read_at) == (32, -1)

    model.advance({"bit_accuracy": 0.91})
    assert model.progress.read_at == 80 + 2 * BATCH


def test_pictures_that_were_perturbed_hold_nothing_up():
    model = build()
    model.plan()

    model.advance({"bit_accuracy": 0.6, "bit_accuracy_clean": 1.0})

    assert model.progress.read_at == BATCH
    assert model.progress.accuracy > 0.5


# === Trainings ===


def test_a_few_bits_are_learned_in_seconds():
    model = build(
        "curriculum.initial_bits=4",
        "curriculum.advance_accuracy=1",
        "networks.encoder_width=8",
        "networks.decoder_width=8",
        "networks.dense_units=32",
        "optimizer.learning_rate=0.003",
    )

    fit(model, 120)
    accuracy = fit(model, 10)["bit_accuracy"][0]

    assert accuracy > 0.9


def test_the_picture_counts_once_bits_are_read():
    model = build("losses.read_accuracy=0.51", "losses.await_steps=1")

    fit(model, 20)

    progress = model.progress
    assert progress.images == 20 * BATCH
    assert 0 <= progress.read_at < progress.images
    assert model.balance.weight(progress) > 0


def test_a_saved_training_goes_on_as_if_it_had_not_stopped(tmp_path):
    settings = (
        "curriculum.initial_bits=8",
        "optimizer.decay_images=100",
        'perturbations.names=["noise"]',
    )
    whole, first, second = (build(*settings) for _ in range(3))
    fit(whole, 4)
    fit(first, 2)
    first.save_weights(tmp_path / "first.weights.h5")

    second.load_weights(tmp_path / "first.weights.h5")
    fit(second, 2)

    assert second.progress == whole.progress
    assert isinstance(second.progress, artificial.CodecProgress)
    for actual, expected in zip(second.weights, whole.weights, strict=True):
        if actual is not second.saved_progress:
            np.testing.assert_array_equal(actual, expected)


def test_two_replicas_take_the_same_steps_as_one(two_replicas, monkeypatch):
    def shared(seed, batch_size, active):
        context = tf.distribute.get_replica_context()
        start = context.replica_id_in_sync_group * batch_size
        rows = tf.random.stateless_uniform((BATCH, 32), (1, 2)) > 0.5
        rows = tf.cast(rows, "float32")[start : start + batch_size]
        return rows * active + 0.5 * (1 - active)

    monkeypatch.setattr(random_inputs, "fingerprints", shared)
    one = build_with_sgd()
    with two_replicas.scope():
        two = build_with_sgd()
    before = one.get_weights()

    fit(one, 2)
    fit(two, 2)

    moved = [
        np.abs(a - b).max()
        for a, b in zip(before, one.get_weights(), strict=True)
    ]
    assert max(moved[1:]) > 1e-3  # The first one is the count of images.
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_a_broken_network_stops_the_training():
    model = build()
    weight = model.decoder.weights[-1]
    weight.assign(tf.fill(weight.shape, np.nan))

    message = "`fingerprint` became nan after 0 images.*optimizer.learning_rate"
    with pytest.raises(errors.TrainingError, match=message):
        fit(model, 1)


def test_what_is_held_out_is_measured_and_drawn(tmp_path):
    model = build()

    quality = model.measure()
    model.draw(tmp_path)

    assert quality.num_images == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"000000000_{kind}.png"
        for kind in ("clean", "difference", "fingerprinted")
    ]
