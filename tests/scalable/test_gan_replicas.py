"""The three traps of several replicas, each with a mutant that falls in."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint.training import gradients
from tf_fingerprint.training import penalties
from tf_fingerprint.training import random_inputs

from .. import tiny

pytestmark = pytest.mark.slow


def build(strategy, **settings):
    with strategy.scope():
        return tiny.build_gan(**settings)


# === Every replica draws its own ===


def draws(strategy, gan):
    """Latents and fingerprints that each replica draws."""
    inputs = strategy.run(gan.sample_inputs, (16, gan.settings(), "generator"))
    return [strategy.experimental_local_results(drawn) for drawn in inputs[:2]]


def test_replicas_draw_different_latents_and_fingerprints(two_replicas):
    gan = build(two_replicas)
    gan.plan()

    for first, second in draws(two_replicas, gan):
        assert np.mean(np.all(first.numpy() == second.numpy(), axis=1)) < 0.2


def test_keras_draws_the_same_on_all_replicas(two_replicas, monkeypatch):
    gan = build(two_replicas)
    with two_replicas.scope():
        seeds = keras.random.SeedGenerator(0)

    def mutant(batch_size, settings, purpose):
        latents = keras.random.normal((batch_size, 4), seed=seeds)
        bits = keras.random.randint((batch_size, 8), 0, 2, seed=seeds)
        return latents, bits, None

    monkeypatch.setattr(gan, "sample_inputs", mutant)

    for first, second in draws(two_replicas, gan):
        np.testing.assert_array_equal(first, second)


# === Two replicas take the steps that one would take ===


def replicas_share(draw):
    """A replica's share of what a draw for the global batch would give."""

    def drawn(batch_size, *arguments):
        context = tf.distribute.get_replica_context()
        start = context.replica_id_in_sync_group * batch_size
        rows = draw(batch_size * context.num_replicas_in_sync, *arguments)
        return tf.nest.map_structure(
            lambda array: array[start : start + batch_size], rows
        )

    return drawn


def train(strategy, monkeypatch):
    """A training on inputs that don't depend on the number of replicas."""
    gan = build(strategy)

    @replicas_share
    def sample_inputs(batch_size, settings, purpose):
        seed = settings["seed"] + random_inputs.PURPOSES.index(purpose)
        return random_inputs.inputs(
            seed,
            batch_size,
            settings["active"],
            latent_dim=tiny.LATENT_DIM,
            noise=tiny.NUM_NOISE,
        )

    @replicas_share
    def directions(batch_size):
        shape = (batch_size, tiny.SIDE, tiny.SIDE, 1)
        return tf.random.stateless_normal(shape, (1, 2)) / tiny.SIDE

    monkeypatch.setattr(gan, "sample_inputs", sample_inputs)
    monkeypatch.setattr(
        random_inputs, "directions", lambda seed, shape: directions(shape[0])
    )
    tiny.fit(gan, 3)
    return gan


def largest_difference(one, two):
    return max(
        np.max(np.abs(a - b))
        for a, b in zip(one.get_weights(), two.get_weights(), strict=True)
    )


def test_two_replicas_take_the_same_steps_as_one(two_replicas, monkeypatch):
    one = train(tf.distribute.get_strategy(), monkeypatch)
    two = train(two_replicas, monkeypatch)

    assert largest_difference(one, two) < 1e-5
    assert largest_difference(one, tiny.build_gan()) > 1e-2


def test_undivided_gradients_take_larger_steps(two_replicas, monkeypatch):
    one = train(tf.distribute.get_strategy(), monkeypatch)
    descend = gradients.descend

    def mutant(learners, compute, weights, **options):
        doubled = {name: 2 * weight for name, weight in weights.items()}
        return descend(learners, compute, doubled, **options)

    monkeypatch.setattr(gradients, "descend", mutant)
    two = train(two_replicas, monkeypatch)

    assert largest_difference(one, two) > 1e-3


def test_replicas_hold_the_same_weights(two_replicas):
    gan = build(two_replicas)

    tiny.fit(gan, 3)

    assert np.all(gan.mean_path_length.numpy() > 0)
    for weight in gan.weights:
        with two_replicas.scope():
            first, second = tiny.values(weight)
        np.testing.assert_array_equal(first, second, weight.path)


def test_a_mean_path_length_of_its_own_sets_replicas_apart(
    two_replicas, monkeypatch
):
    gan = build(two_replicas)

    def mutant(mean, lengths):
        updated = 0.99 * mean + 0.01 * keras.ops.mean(lengths)
        mean.assign(updated)
        return keras.ops.stop_gradient(updated)

    monkeypatch.setattr(penalties, "update_mean", mutant)
    tiny.fit(gan, 1)

    with two_replicas.scope():
        first, second = tiny.values(gan.mean_path_length)
    assert first != second


# === Optimizers are built before the first step ===


def test_adam_trains_on_two_replicas(two_replicas):
    gan = build(
        two_replicas, optimizer=keras.optimizers.Adam, run_eagerly=False
    )

    tiny.fit(gan, 2)

    assert gan.generator_optimizer.built
    assert gan.progress.images == 2 * tiny.BATCH


def test_adam_that_is_not_built_does_not_train(two_replicas, monkeypatch):
    with monkeypatch.context() as unbuilt:
        unbuilt.setattr(keras.optimizers.Adam, "build", lambda *a: None)
        gan = build(
            two_replicas, optimizer=keras.optimizers.Adam, run_eagerly=False
        )

    with pytest.raises(tf.errors.InvalidArgumentError, match="laceholder"):
        tiny.fit(gan, 2)
