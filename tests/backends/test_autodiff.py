"""With TensorFlow; `backends/on_jax.py` has the same with JAX."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tf_fingerprint.backends import autodiff


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


def test_what_is_assigned_stays_assigned():
    factor, count = keras.Variable(3.0), keras.Variable(20.0)

    def compute():
        count.assign(count + 1)
        return factor * count, None

    _, (slope,) = autodiff.value_and_gradients(compute, [factor])

    assert float(slope) == float(count) == 21


def test_gradients_of_inputs_are_those_of_the_sum():
    inputs = tf.constant([1.0, 2.0, 3.0])

    gradients = autodiff.input_gradients(lambda x: x**3, inputs)

    np.testing.assert_allclose(gradients, [3, 12, 27], rtol=1e-6)


def test_gradients_of_inputs_can_be_derived_again():
    inputs = tf.Variable([1.0, 2.0, 3.0])

    with tf.GradientTape() as tape:
        gradients = autodiff.input_gradients(
            lambda x: x**3, tf.identity(inputs)
        )

    np.testing.assert_allclose(
        tape.gradient(gradients, inputs), [6, 12, 18], rtol=1e-6
    )
