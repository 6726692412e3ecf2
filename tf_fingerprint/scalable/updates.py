"""The parts of a training step: who moves, and down which losses."""

from keras import ops

from tf_fingerprint.backends import replicas
from tf_fingerprint.models import features
from tf_fingerprint.training import gradients
from tf_fingerprint.training import losses
from tf_fingerprint.training import penalties
from tf_fingerprint.training import random_inputs

CONSISTENCIES = ("consistency", "coarse_consistency", "feature_consistency")


def update_generator(gan, batch_size, settings, plan):
    """Moves generator and decoder, together on one objective.

    Returns dict from the name of each loss to its mean, and what the opponents'
    turn needs of the same pictures; see `update_discriminators`.
    """
    inputs = gan.sample_inputs(batch_size, settings, "generator")
    learners = [(gan.generator_optimizer, gan.generator)]
    if plan.fingerprints:
        learners.append((gan.decoder_optimizer, gan.decoder))

    def compute():
        if plan.fingerprints:
            fakes, others = _two_fakes(gan, inputs, settings, plan)
        else:
            fakes = gan.generator(inputs, training=True)
        values, kept = {}, {}
        if plan.has_opponents:
            values, kept = _oppose(gan, fakes, settings)
        if plan.fingerprints:
            values |= _decode(gan, fakes, inputs, settings)
            values |= _compare(gan, fakes, others)
        return values, kept

    factors = {
        name: settings["consistency"] * gan.loss_weights.get(name, 0.0)
        for name in CONSISTENCIES
    }
    return gradients.descend(
        learners, compute, gan.loss_weights | factors, keep=True
    )


def _oppose(gan, fakes, settings):
    """What the discriminators make of the pictures, and what they are kept."""
    values = {
        "adversarial": losses.non_saturating_generator_loss(
            gan.discriminator(fakes, training=True)
        )
    }
    kept = {"fakes": ops.stop_gradient(fakes)}
    if gan.loss_weights.get("feature_adversarial"):
        seen, diversity = gan.opponents.see(
            fakes, settings["seed"], is_fake=True
        )
        values["feature_adversarial"] = losses.hinge_generator_loss(
            gan.feature_heads(seen, training=True)
        )
        values["diversity"] = diversity
        kept["seen"] = [ops.stop_gradient(each) for each in seen]
    return values, kept


def _compare(gan, fakes, others):
    """How far a fingerprint moves pictures, in pixels and in features."""
    values = {
        "consistency": losses.consistency_loss(fakes, others),
        "coarse_consistency": losses.coarse_consistency_loss(fakes, others),
    }
    if gan.loss_weights.get("feature_consistency"):
        network = gan.opponents.network
        values["feature_consistency"] = features.distance(
            network(fakes), network(others)
        )
    return values


def _two_fakes(gan, inputs, settings, plan):
    """Pictures, and those of the same latents under other fingerprints."""
    latents, fingerprints, noise = inputs
    if plan.anchored:
        neutral = ops.full_like(fingerprints, 0.5)
        anchors = gan.anchor_generator((latents, neutral, noise))
        return gan.generator(inputs, training=True), anchors
    _, *others = gan.sample_inputs(
        ops.shape(latents)[0], settings, "consistency"
    )
    # One pass over twice as many: small batches leave processors idle.
    both = zip(inputs, (latents, *others), strict=True)
    pictures = gan.generator(
        tuple(replicas.share(ops.concatenate(pair)) for pair in both),
        training=True,
    )
    return ops.split(pictures, 2)


def _decode(gan, fakes, inputs, settings):
    """What the decoder makes of the pictures: losses, and accuracy."""
    latents, fingerprints, _ = inputs
    # A picture file holds nothing beyond [-1, 1]; neither may the bits.
    estimated_latents, logits = gan.decoder(
        gan.perturb(ops.clip(fakes, -1, 1), settings), training=True
    )
    bits = (fingerprints, logits, settings["active"])
    accuracy = losses.bit_accuracy(*bits)
    values = {
        "latent": losses.latent_loss(latents, estimated_latents),
        "fingerprint": losses.fingerprint_loss(*bits),
        "bit_accuracy": accuracy,
    }
    if gan.immunisation.names:
        values |= gan.immunisation.apart("bit_accuracy", accuracy)
    return values


def update_discriminators(gan, images, kept, settings):
    """Moves the discriminators: photographs up, fakes down.

    `kept`: from `update_generator`: the pictures that it has just made, and
    what the heads were shown of them. One batch serves both sides.
    """
    learners = [(gan.discriminator_optimizer, gan.discriminator)]
    weights = {"discriminator": 1.0}
    seen, measured = None, {}
    if "seen" in kept:
        learners.append((gan.feature_optimizer, gan.feature_heads))
        weights["feature_discriminator"] = 1.0
        seen, diversity = gan.opponents.see(
            images, settings["seed"], is_fake=False
        )
        measured["diversity_photographs"] = ops.mean(diversity)

    def compute():
        values = {
            "discriminator": losses.logistic_discriminator_loss(
                gan.discriminator(images, training=True),
                gan.discriminator(kept["fakes"], training=True),
            )
        }
        if seen is not None:
            values["feature_discriminator"] = losses.hinge_discriminator_loss(
                gan.feature_heads(seen, training=True),
                gan.feature_heads(kept["seen"], training=True),
            )
        return values

    return gradients.descend(learners, compute, weights) | measured


def penalize_gradient(gan, images):
    """R1: keeps the discriminator flat around photographs."""

    def compute():
        return {"r1": penalties.r1(gan.discriminator, images)}

    learners = [(gan.discriminator_optimizer, gan.discriminator)]
    # Half of gamma is the customary weight.
    weight = gan.loss_weights["r1"] * gan.schedule.r1_interval / 2
    return gradients.descend(learners, compute, {"r1": weight})


def penalize_path_length(gan, batch_size, settings):
    """Keeps equal steps of the style equally visible.

    `batch_size`: the step's; the penalty takes half of it.
    """
    batch_size = _half(batch_size)
    inputs = gan.sample_inputs(batch_size, settings, "path_length")
    directions = random_inputs.directions(
        random_inputs.replica_seed(settings["seed"], "path_length"),
        (batch_size, *gan.generator.output_shape[1:]),
    )

    def compute():
        lengths = penalties.path_lengths(gan.generator, inputs, directions)
        average = penalties.update_mean(gan.mean_path_length, lengths)
        return {"path_length": ops.square(lengths - average)}

    learners = [(gan.generator_optimizer, gan.generator)]
    weight = gan.loss_weights["path_length"]
    weight = weight * gan.schedule.path_length_interval
    return gradients.descend(learners, compute, {"path_length": weight})


def _half(batch_size):
    """Half as many, at least one; a number where the batch size is one."""
    half = batch_size // 2
    return max(half, 1) if isinstance(half, int) else ops.maximum(half, 1)


def update_decoder(gan, batch_size, settings):
    """Moves the decoder alone, on pictures as they will be found."""
    inputs = gan.sample_inputs(batch_size, settings, "generator")
    fakes = gan.ema_generator(inputs, training=False)
    fakes = ops.round(ops.clip(fakes, -1, 1) * 127.5 + 127.5) / 127.5 - 1
    return gradients.descend(
        [(gan.decoder_optimizer, gan.decoder)],
        lambda: _decode(gan, fakes, inputs, settings),
        gan.loss_weights,
    )
