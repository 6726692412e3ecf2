"""What a training step draws: latents, fingerprints, noise."""

import numpy as np
import tensorflow as tf
from keras import ops

# What a draw is for; each purpose has its own stream of random numbers.
PURPOSES = (
    "generator",
    "consistency",
    "discriminator",
    "path_length",
    "perturbation",
)


def replica_seed(seed, purpose):
    """A seed of its own for every purpose and replica.

    Not `keras.random`: the state of its generators is mirrored, so that all
    replicas would draw the same.

    Args:
        seed: `(2,)`, the step's.
        purpose: One of `PURPOSES`.

    Returns:
        `(2,)`.
    """
    context = tf.distribute.get_replica_context()
    stream = len(PURPOSES) * context.replica_id_in_sync_group
    return tf.random.experimental.stateless_fold_in(
        seed, stream + PURPOSES.index(purpose)
    )


def fingerprint_table(seed, num_fingerprints, num_bits):
    """A finite set of training fingerprints, the same for the same seed.

    Args:
        seed: The training's.
        num_fingerprints: How many; drawn independently of each other.
        num_bits: Length of each.

    Returns:
        `(num_fingerprints, num_bits)` of 0 and 1, `uint8`, a NumPy array.
    """
    generator = np.random.default_rng(seed)
    shape = (num_fingerprints, num_bits)
    return generator.integers(0, 2, shape, dtype=np.uint8)


def inputs(seed, batch_size, active, *, latent_dim, noise, table=None):
    """Draws what the generator takes; the same for the same seed.

    Args:
        seed: `(2,)`, from `replica_seed`.
        batch_size: Number of pictures.
        active: `(num_bits,)`, 1 for bits in use, 0 for bits held neutral.
        latent_dim: Length of a latent.
        noise: `(num_noise,)`, the noise of every picture; or a length, for new
            noise in every picture.
        table: `(fingerprints, num_bits)` to draw from; any bits at all if
            not given.

    Returns:
        `(latents, fingerprints, noise)`, with `batch_size` rows each.
    """
    seeds = tf.random.experimental.stateless_split(seed, 3)
    latents = tf.random.stateless_normal((batch_size, latent_dim), seeds[0])
    if table is None:
        bits = tf.random.stateless_uniform(
            (batch_size, active.shape[0]), seeds[1], 0, 2, "int32"
        )
    else:
        rows = tf.random.stateless_uniform(
            (batch_size,), seeds[1], 0, table.shape[0], "int32"
        )
        bits = tf.gather(table, rows)
    fingerprints = ops.cast(bits, "float32") * active + 0.5 * (1 - active)
    if isinstance(noise, int):
        noise = tf.random.stateless_normal((batch_size, noise), seeds[2])
    else:
        noise = ops.broadcast_to(noise, (batch_size, *noise.shape))
    return latents, fingerprints, noise


def directions(seed, shape):
    """Noise that picks the directions in which path lengths are measured.

    Args:
        seed: `(2,)`, from `replica_seed`.
        shape: `(batch, height, width, channels)`.

    Returns:
        That shape, of standard deviation `1 / sqrt(height * width)`.
    """
    seed = tf.random.experimental.stateless_fold_in(seed, 1)
    _, height, width, _ = shape
    return tf.random.stateless_normal(shape, seed) * (height * width) ** -0.5


def perturbations(seed, shape, num_uniforms):
    """What is random about what happens to a batch of pictures.

    Args:
        seed: `(2,)`, from `replica_seed`.
        shape: `(batch, height, width, channels)`.
        num_uniforms: Uniform numbers for each picture.

    Returns:
        Pair of `(batch, num_uniforms)`, uniform in [0, 1), and of that shape,
        standard normal.
    """
    seeds = tf.random.experimental.stateless_split(seed, 2)
    uniforms = tf.random.stateless_uniform((shape[0], num_uniforms), seeds[0])
    return uniforms, tf.random.stateless_normal(shape, seeds[1])
