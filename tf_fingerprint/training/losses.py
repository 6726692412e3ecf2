"""Training objectives, as functions from outputs to one loss per example.

Nothing here averages over the batch: the training step does, once, where it
knows how many replicas share the batch.
"""

from keras import ops


def non_saturating_generator_loss(fake_logits):
    """How clearly the discriminator sees through each fake: -log D(fake).

    Args:
        fake_logits: `(batch, 1)`.

    Returns:
        `(batch,)`, in nats. `log(2)` where the discriminator can't tell.

    Reference:
        Goodfellow et al., 2014, Section 3 (https://arxiv.org/abs/1406.2661).
    """
    return ops.softplus(-ops.squeeze(fake_logits, axis=-1))


def logistic_discriminator_loss(real_logits, fake_logits):
    """How badly the discriminator tells one photograph from one fake.

        -log D(real) - log(1 - D(fake))

    Args:
        real_logits: `(batch, 1)`.
        fake_logits: `(batch, 1)`.

    Returns:
        `(batch,)`, in nats. `2 log(2)` is chance level.

    Reference:
        Goodfellow et al., 2014, Section 3 (https://arxiv.org/abs/1406.2661).
    """
    return ops.squeeze(
        ops.softplus(-real_logits) + ops.softplus(fake_logits), axis=-1
    )


def hinge_discriminator_loss(real_logits, fake_logits):
    """How far photographs are below 1, and fakes above -1.

        mean(relu(1 - real)) + mean(relu(1 + fake))

    Args:
        real_logits: `(batch, logits)`, several of each picture.
        fake_logits: `(batch, logits)`.

    Returns:
        `(batch,)`. 2 where the discriminator can't tell.

    Reference:
        Lim and Ye, 2017 (https://arxiv.org/abs/1705.02894).
    """
    return ops.mean(
        ops.relu(1 - real_logits) + ops.relu(1 + fake_logits), axis=-1
    )


def hinge_generator_loss(fake_logits):
    """How clearly the discriminators see through each fake: minus the logits.

    Args:
        fake_logits: `(batch, logits)`.

    Returns:
        `(batch,)`. 0 where the discriminators can't tell.

    Reference:
        Lim and Ye, 2017 (https://arxiv.org/abs/1705.02894).
    """
    return -ops.mean(fake_logits, axis=-1)


def r1_penalty(image_gradients):
    """Squared length of the discriminator's gradient at each photograph.

    Takes the gradients rather than the discriminator, so that it stays a plain
    function; the training step owns the tape.

    Args:
        image_gradients: `(batch, height, width, channels)`, gradient of the
            real logits with respect to the images.

    Returns:
        `(batch,)`. The customary factor `gamma / 2` is the caller's.

    Reference:
        Mescheder et al., 2018, Equation 9 (https://arxiv.org/abs/1801.04406).
    """
    return ops.sum(ops.square(image_gradients), axis=(1, 2, 3))


def gradient_norm_penalty(image_gradients):
    """How far the steepness of a critic is from 1.

        (|gradient| - 1)^2

    Args:
        image_gradients: `(batch, height, width, channels)`, gradient of the
            critic between pictures and fakes with respect to what it sees.

    Returns:
        `(batch,)`. Its weight is the caller's.

    Reference:
        Gulrajani et al., 2017, Section 4 (https://arxiv.org/abs/1704.00028).
    """
    squares = ops.sum(ops.square(image_gradients), axis=(1, 2, 3))
    # Without it, a gradient of 0 would have none itself.
    return ops.square(ops.sqrt(squares + 1e-12) - 1)


def path_lengths(style_gradients):
    """How far a picture moves for a small step of its style.

        sqrt(mean over layers (|gradient|^2))

    Args:
        style_gradients: `(batch, layers, style_dim)`, gradient with respect to
            each layer's style of the picture times noise of standard deviation
            `1 / sqrt(height * width)`.

    Returns:
        `(batch,)`. The penalty is the squared distance from its own moving
        average.

    Reference:
        Karras et al., 2020, Section 3.2 (https://arxiv.org/abs/1912.04958).
    """
    squares = ops.sum(ops.square(style_gradients), axis=2)
    return ops.sqrt(ops.mean(squares, axis=1) + 1e-12)


def latent_loss(latents, estimated_latents):
    """Squared error of the latents that the decoder read from the picture.

    Args:
        latents: `(batch, latent_dim)`.
        estimated_latents: `(batch, latent_dim)`.

    Returns:
        `(batch,)`, averaged over dimensions. 1 is chance level.

    Reference:
        Yu et al., 2022, Equation 2 (https://arxiv.org/abs/2012.08726).
    """
    return ops.mean(ops.square(latents - estimated_latents), axis=-1)


def fingerprint_loss(fingerprints, logits, active):
    """Cross-entropy between the embedded and the decoded bits.

    Args:
        fingerprints: `(batch, num_bits)` of 0 and 1.
        logits: `(batch, num_bits)`, the decoder's output.
        active: `(num_bits,)`, 1 for bits that count, 0 for bits that the
            curriculum still holds neutral.

    Returns:
        `(batch,)`, in nats, averaged over the active bits. `log(2)` is chance
        level.

    Reference:
        Yu et al., 2022, Equation 3 (https://arxiv.org/abs/2012.08726).
    """
    entropy = ops.softplus(logits) - fingerprints * logits
    return ops.sum(entropy * active, axis=-1) / ops.maximum(ops.sum(active), 1)


def bit_accuracy(fingerprints, logits, active):
    """Share of the active bits that the decoder reads right.

    Args:
        fingerprints: `(batch, num_bits)` of 0 and 1.
        logits: `(batch, num_bits)`.
        active: `(num_bits,)` of 0 and 1.

    Returns:
        `(batch,)`. 0.5 is chance level.
    """
    right = ops.cast((logits > 0) == (fingerprints > 0.5), logits.dtype)
    return ops.sum(right * active, axis=-1) / ops.maximum(ops.sum(active), 1)


def consistency_loss(images, other_images):
    """How much a fingerprint changes a picture.

    Args:
        images: `(batch, height, width, channels)` in [-1, 1].
        other_images: The same latents under other fingerprints.

    Returns:
        `(batch,)`, mean squared difference.

    Reference:
        Yu et al., 2022, Equation 4 (https://arxiv.org/abs/2012.08726).
    """
    return ops.mean(ops.square(images - other_images), axis=(1, 2, 3))


def coarse_consistency_loss(images, other_images, size=4):
    """How much a fingerprint changes what is seen from afar.

    Sees only means over squares, so that it leaves room for fine texture: that
    is where a fingerprint is least in the way. Not in the paper.

    Args:
        images: `(batch, height, width, channels)` in [-1, 1].
        other_images: The same latents under other fingerprints.
        size: Side of the squares, in pixels.

    Returns:
        `(batch,)`, mean squared difference of the means.
    """
    # Without `strides`, Keras 3.15 fails under JAX.
    difference = ops.average_pool(images - other_images, size, strides=size)
    return ops.mean(ops.square(difference), axis=(1, 2, 3))
