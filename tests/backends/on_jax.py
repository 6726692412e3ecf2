"""Tests that run under JAX, in a process of their own: see `test_jax.py`.

KERAS_BACKEND=jax pytest --noconftest on_jax.py
"""

import keras
import numpy as np
import pytest
from keras import ops

from tf_fingerprint import errors
from tf_fingerprint.backends import autodiff
from tf_fingerprint.backends import randomness
from tf_fingerprint.backends import replicas
from tf_fingerprint.training import random_inputs


def devices(count):
    import jax

    return replicas.Devices(jax.devices()[:count])


# === Gradients ===


def test_gradients_are_nested_like_variables_and_zero_where_none_is():
    first, second, third = (keras.Variable([1.0, 2.0]) for _ in range(3))

    def compute():
        return ops.sum(first**2) + ops.sum(3 * third), {"seen": first + 1}

    (scalar, others), ((one, two), (three,)) = autodiff.value_and_gradients(
        compute, [[first, second], [third]]
    )

    assert float(scalar) == 5 + 9
    np.testing.assert_array_equal(others["seen"], [2, 3])
    np.testing.assert_array_equal(one, [2, 4])
    np.testing.assert_array_equal(two, [0, 0])
    np.testing.assert_array_equal(three, [3, 3])


def test_gradients_of_gradients_are_second_derivatives():
    points = keras.Variable([1.0, 2.0])

    def compute():
        slopes = autodiff.input_gradients(lambda x: x**3, points.value)
        return ops.sum(slopes), None

    _, gradients = autodiff.value_and_gradients(compute, [points])

    np.testing.assert_allclose(gradients[0], [6, 12], rtol=1e-6)


def test_what_is_assigned_stays_assigned_and_is_seen():
    factor, count = keras.Variable(2.0), keras.Variable(10.0)

    def compute():
        count.assign(count + 1)
        return factor * count, None

    with autodiff.holding([factor, count], [3.0, 20.0]) as scope:
        (scalar, _), (slope,) = autodiff.value_and_gradients(compute, [factor])
        assert float(scope.get_current_value(count)) == 21
        # A scope inside sees what the one around it holds by then.
        _, (second,) = autodiff.value_and_gradients(compute, [factor])

    assert [float(x) for x in (scalar, slope, second)] == [63, 21, 22]
    assert float(count) == 10  # Outside, nothing changed.


def test_an_assignment_that_would_be_lost_is_refused():
    factor, count = keras.Variable(2.0), keras.Variable(10.0)

    def compute():
        count.assign(count + 1)
        return factor * count, None

    with pytest.raises(ValueError, match="It assigned to 1 others"):
        autodiff.value_and_gradients(compute, [factor])


# === Draws ===


def drawn(seed, purpose):
    arrays = random_inputs.inputs(
        random_inputs.replica_seed(seed, purpose),
        64,
        ops.ones(8),
        latent_dim=6,
        noise=5,
    )
    return np.concatenate([np.array(array) for array in arrays], axis=1)


def test_every_row_purpose_and_step_is_drawn_anew_and_again():
    seeds = [randomness.step_seed(*each) for each in ((1, 8), (1, 16), (2, 8))]
    draws = [
        drawn(seed, each) for seed in seeds for each in random_inputs.PURPOSES
    ]
    latents = np.concatenate(draws)[:, :6]

    assert len(np.unique(latents, axis=0)) == len(latents)
    assert set(np.unique(np.concatenate(draws)[:, 6:14])) == {0, 1}
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.15)
    np.testing.assert_allclose(np.cov(latents.T), np.eye(6), atol=0.2)
    np.testing.assert_array_equal(draws[0], drawn(seeds[0], "generator"))


# === Devices ===


def test_each_device_has_its_rows():
    placed = devices(4).place(np.arange(8))

    rows = [np.array(part.data).tolist() for part in placed.addressable_shards]
    assert sorted(rows) == [[0, 1], [2, 3], [4, 5], [6, 7]]
    with pytest.raises(errors.TrainingError, match="Received 6 for 4"):
        devices(4).place(np.arange(6))


def test_each_device_makes_its_share_of_the_pictures():
    import jax

    strategy = devices(4)

    def draw():
        inputs = random_inputs.inputs(
            randomness.step_seed(1, 2), 8, ops.ones(4), latent_dim=3, noise=2
        )
        return inputs[0]

    with strategy.scope():
        latents = jax.jit(draw)()

    assert latents.sharding.is_equivalent_to(strategy.rows, 2)
