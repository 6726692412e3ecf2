import numpy as np
import tensorflow as tf

from tf_fingerprint.backends import randomness


def test_trainings_with_tensorflow_draw_what_they_always_drew():
    always = tf.constant([1000, 48], "int64")

    seed = randomness.step_seed(1000, 48)

    np.testing.assert_array_equal(seed, always)
    folded = randomness.fold_in(seed, 3)
    np.testing.assert_array_equal(
        folded, tf.random.experimental.stateless_fold_in(always, 3)
    )
    np.testing.assert_array_equal(
        randomness.split(seed, 3),
        tf.random.experimental.stateless_split(always, 3),
    )
    np.testing.assert_array_equal(
        randomness.normal(folded, (4, 2)),
        tf.random.stateless_normal((4, 2), folded),
    )
    np.testing.assert_array_equal(
        randomness.bits(folded, (4, 2)),
        tf.random.stateless_uniform((4, 2), folded, 0, 2, "int32"),
    )
