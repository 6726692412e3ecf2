"""Penalties on gradients, one value per example, differentiable again."""

from keras import ops

from tf_fingerprint.backends import autodiff
from tf_fingerprint.backends import replicas
from tf_fingerprint.training import losses


def r1(discriminator, images):
    """How steep the discriminator is at each photograph.

    Args:
        discriminator: From images to `(batch, 1)`.
        images: `(batch, height, width, channels)`.

    Returns:
        `(batch,)`, see `losses.r1_penalty`.
    """
    return losses.r1_penalty(autodiff.input_gradients(discriminator, images))


def critic_slope(critic, images, fakes, shares):
    """How far a critic's steepness between pictures and fakes is from 1.

    Args:
        critic: From images to `(batch, 1)`.
        images: `(batch, height, width, channels)`.
        fakes: In the shape of `images`.
        shares: `(batch, 1, 1, 1)` in [0, 1): how far from image to fake.

    Returns:
        `(batch,)`, see `losses.gradient_norm_penalty`.
    """
    between = images + shares * (fakes - images)
    return losses.gradient_norm_penalty(
        autodiff.input_gradients(critic, between)
    )


def path_lengths(generator, inputs, directions):
    """How far each picture moves for a small step of its styles.

    Args:
        generator: `models.Generator`.
        inputs: What it takes.
        directions: From `drawing.directions`.

    Returns:
        `(batch,)`, see `losses.path_lengths`.
    """
    latents, fingerprints, noise = inputs

    def shift(styles):
        fakes = generator.synthesis((latents, styles, noise))
        return ops.sum(fakes * directions)

    styles = generator.styles(fingerprints)
    return losses.path_lengths(autodiff.input_gradients(shift, styles))


def update_mean(mean, lengths):
    """Moves the mean path length a hundredth towards that of all replicas.

    Args:
        mean: Variable, a scalar; the same on all replicas, also after.
        lengths: `(batch,)`.

    Returns:
        The new mean, which no gradient passes.
    """
    current = replicas.mean(ops.mean(ops.stop_gradient(lengths)))
    updated = 0.99 * mean + 0.01 * current
    mean.assign(updated)
    return ops.stop_gradient(updated)
