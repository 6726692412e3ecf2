"""What a training step draws: latents, fingerprints, noise."""

import numpy as np
from keras import ops

from tf_fingerprint.backends import randomness
from tf_fingerprint.backends import replicas

# What a draw is for; each purpose has its own stream of random numbers.
PURPOSES = (
    "generator",
    "consistency",
    "discriminator",
    "path_length",
    "perturbation",
    "augmentation",
)


def replica_seed(seed, purpose):
    """A seed of its own for every purpose and replica."""
    stream = len(PURPOSES) * replicas.number()
    return randomness.fold_in(seed, stream + PURPOSES.index(purpose))


def fingerprint_table(seed, num_fingerprints, num_bits):
    """A finite set of training fingerprints, the same for the same seed.

    `num_fingerprints`: how many; drawn independently of each other. Returns
    `(num_fingerprints, num_bits)` of 0 and 1, `uint8`, a NumPy array.
    """
    generator = np.random.default_rng(seed)
    shape = (num_fingerprints, num_bits)
    return generator.integers(0, 2, shape, dtype=np.uint8)


def inputs(seed, batch_size, active, *, latent_dim, noise, table=None):
    """Draws what the generator takes; the same for the same seed.

    `active`: `(num_bits,)`, 1 for bits in use, 0 for bits held neutral;
    `noise`: `(num_noise,)`, the noise of every picture; or a length, for new
    noise in every picture. `table`: `(fingerprints, num_bits)` to draw from;
    any bits at all if not given. Returns `(latents, fingerprints, noise)`, with
    `batch_size` rows each.
    """
    seeds = randomness.split(seed, 3)
    latents = randomness.normal(seeds[0], (batch_size, latent_dim))
    bits = fingerprints(seeds[1], batch_size, active, table=table)
    if isinstance(noise, int):
        noise = randomness.normal(seeds[2], (batch_size, noise))
    else:
        noise = ops.broadcast_to(noise, (batch_size, *noise.shape))
    return tuple(map(replicas.share, (latents, bits, noise)))


def fingerprints(seed, batch_size, active, *, table=None):
    """Draws fingerprints alone; the same for the same seed.

    `active`: `(num_bits,)`, 1 for bits in use, 0 for bits held neutral;
    `table`: `(fingerprints, num_bits)` to draw from; any bits at all if not
    given. Returns `(batch_size, num_bits)` of 0 and 1, and 0.5 where not
    active.
    """
    if table is None:
        bits = randomness.bits(seed, (batch_size, active.shape[0]))
    else:
        places = randomness.uniform(seed, (batch_size,)) * table.shape[0]
        rows = ops.cast(ops.floor(places), "int32")
        bits = ops.cast(ops.take(table, rows, axis=0), "float32")
    return replicas.share(bits * active + 0.5 * (1 - active))


def directions(seed, shape):
    """Noise that picks the directions in which path lengths are measured.

    `shape`: `(batch, height, width, channels)`. Returns that shape, of standard
    deviation `1 / sqrt(height * width)`.
    """
    seed = randomness.fold_in(seed, 1)
    _, height, width, _ = shape
    drawn = randomness.normal(seed, shape) * (height * width) ** -0.5
    return replicas.share(drawn)


def perturbations(seed, shape, num_uniforms):
    """What is random about what happens to a batch of pictures.

    `shape`: `(batch, height, width, channels)`. Returns pair of
    `(batch, num_uniforms)`, uniform in [0, 1), and of that shape, standard
    normal.
    """
    seeds = randomness.split(seed, 2)
    drawn = (
        randomness.uniform(seeds[0], (shape[0], num_uniforms)),
        randomness.normal(seeds[1], shape),
    )
    return tuple(map(replicas.share, drawn))
