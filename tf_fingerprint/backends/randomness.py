"""Random numbers that depend on a seed alone, on TensorFlow or JAX.

Each backend has numbers of its own. Not `keras.random`: the state of its
generators is mirrored, so that all replicas would draw the same.
"""

import numpy as np
from keras import ops

from tf_fingerprint import backends


def step_seed(seed: int, images: int):
    """The seed of one step of a training.

    `seed`: the training's; `images`: photographs that it has seen. Returns a
    tensor; `fold_in` and `split` make others of the kind.
    """
    if backends.is_jax():
        words = np.random.SeedSequence([seed, images]).generate_state(2)
        return ops.convert_to_tensor(words, "uint32")
    return ops.convert_to_tensor(np.array([seed, images], "int64"))


def fold_in(seed, number):
    """Another seed, for each number another."""
    if backends.is_jax():
        import jax

        return jax.random.key_data(jax.random.fold_in(_key(seed), number))
    import tensorflow as tf

    return tf.random.experimental.stateless_fold_in(seed, number)


def split(seed, count: int):
    """So many other seeds."""
    if backends.is_jax():
        import jax

        return jax.random.key_data(jax.random.split(_key(seed), count))
    import tensorflow as tf

    return tf.random.experimental.stateless_split(seed, count)


def normal(seed, shape):
    """Standard normal numbers, float32."""
    if backends.is_jax():
        import jax

        return jax.random.normal(_key(seed), shape, "float32")
    import tensorflow as tf

    return tf.random.stateless_normal(shape, seed)


def uniform(seed, shape):
    """Uniform numbers in [0, 1), float32."""
    if backends.is_jax():
        import jax

        return jax.random.uniform(_key(seed), shape, "float32")
    import tensorflow as tf

    return tf.random.stateless_uniform(shape, seed)


def bits(seed, shape):
    """0 and 1, equally likely, float32."""
    if backends.is_jax():
        import jax

        drawn = jax.random.bernoulli(_key(seed), 0.5, shape)
    else:
        import tensorflow as tf

        drawn = tf.random.stateless_uniform(shape, seed, 0, 2, "int32")
    return ops.cast(drawn, "float32")


def _key(seed):
    """JAX's own kind of seed."""
    import jax

    # The same on every kind of device, and however a batch is shared out.
    return jax.random.wrap_key_data(seed, impl="threefry2x32")
