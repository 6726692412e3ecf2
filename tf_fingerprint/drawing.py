"""What a training step draws: latents, fingerprints, noise."""

from keras import ops

from tf_fingerprint import randomness
from tf_fingerprint import replicas

# What a draw is for; each purpose has its own stream of random numbers.
PURPOSES = ("generator", "consistency", "discriminator", "path_length")


def replica_seed(seed, purpose):
    """A seed of its own for every purpose and replica.

    Args:
        seed: The step's, from `randomness.step_seed`.
        purpose: One of `PURPOSES`.

    Returns:
        Another seed.
    """
    stream = len(PURPOSES) * replicas.number()
    return randomness.fold_in(seed, stream + PURPOSES.index(purpose))


def inputs(seed, batch_size, active, *, latent_dim, noise):
    """Draws what the generator takes; the same for the same seed.

    Args:
        seed: From `replica_seed`.
        batch_size: Number of pictures.
        active: `(num_bits,)`, 1 for bits in use, 0 for bits held neutral.
        latent_dim: Length of a latent.
        noise: `(num_noise,)`, the noise of every picture; or a length, for new
            noise in every picture.

    Returns:
        `(latents, fingerprints, noise)`, with `batch_size` rows each.
    """
    seeds = randomness.split(seed, 3)
    latents = randomness.normal(seeds[0], (batch_size, latent_dim))
    bits = randomness.bits(seeds[1], (batch_size, active.shape[0]))
    fingerprints = bits * active + 0.5 * (1 - active)
    if isinstance(noise, int):
        noise = randomness.normal(seeds[2], (batch_size, noise))
    else:
        noise = ops.broadcast_to(noise, (batch_size, *noise.shape))
    return tuple(map(replicas.share, (latents, fingerprints, noise)))


def directions(seed, shape):
    """Noise that picks the directions in which path lengths are measured.

    Args:
        seed: From `replica_seed`.
        shape: `(batch, height, width, channels)`.

    Returns:
        That shape, of standard deviation `1 / sqrt(height * width)`.
    """
    seed = randomness.fold_in(seed, 1)
    _, height, width, _ = shape
    drawn = randomness.normal(seed, shape) * (height * width) ** -0.5
    return replicas.share(drawn)
