import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint.training import adam
from tf_fingerprint.training.adam import Adam

SHAPES = ((5, 7), (3,), ())


def after_steps(optimizer, strategy=None, steps=3):
    """Weights after some steps, under gradients that are always the same."""
    random = np.random.default_rng(0)
    strategy = strategy or tf.distribute.get_strategy()
    with strategy.scope():
        weights = [
            keras.Variable(random.standard_normal(shape), dtype="float32")
            for shape in SHAPES
        ]
        optimizer.build(weights)
    slopes = [
        random.standard_normal((steps, *shape)).astype("float32")
        for shape in SHAPES
    ]

    def apply(*gradients):
        # Made on each replica, as theirs; returns a variable.
        optimizer.apply([1.0 * each for each in gradients], weights)

    @tf.function
    def move(*gradients):
        strategy.run(apply, args=gradients)

    for step in range(steps):
        move(*(tf.constant(each[step]) for each in slopes))
    return [keras.ops.convert_to_numpy(weight) for weight in weights]


SETTINGS = {"learning_rate": 0.1, "beta_1": 0.3, "beta_2": 0.95}


def test_one_operation_moves_weights_like_many():
    expected = after_steps(keras.optimizers.Adam(**SETTINGS, epsilon=1e-3))

    actual = after_steps(Adam(**SETTINGS, epsilon=1e-3))

    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_two_replicas_move_by_the_sum(two_replicas):
    with two_replicas.scope():
        optimizer = Adam(**SETTINGS, epsilon=1e-3)
        theirs = keras.optimizers.Adam(**SETTINGS, epsilon=1e-3)

    actual = after_steps(optimizer, two_replicas)

    expected = after_steps(theirs, two_replicas)
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


@pytest.mark.parametrize("name", ["beta_1", "beta_2", "epsilon"])
def test_another_setting_would_be_noticed(name):
    settings = SETTINGS | {"epsilon": 1e-3}
    expected = after_steps(keras.optimizers.Adam(**settings))

    mutant = after_steps(Adam(**settings | {name: settings[name] / 2}))

    assert not np.allclose(mutant[0], expected[0], rtol=1e-3)


def test_it_is_saved_under_its_own_name():
    assert keras.saving.get_registered_name(adam.Adam) == "tf_fingerprint>Adam"
