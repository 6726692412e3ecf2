"""From a config to a model in training."""

import dataclasses

import numpy as np

from tf_fingerprint import adam
from tf_fingerprint import artificial
from tf_fingerprint import config as configs
from tf_fingerprint import curriculum
from tf_fingerprint import gan
from tf_fingerprint import immunising
from tf_fingerprint import models
from tf_fingerprint import schedule


def build(
    config: configs.AnyConfig, held_out: np.ndarray | None = None
) -> gan.FingerprintGAN | artificial.CodecTraining:
    """Makes the networks of an experiment and compiles their training.

    Args:
        config: The experiment.
        held_out: Photographs that a codec's training shows but doesn't see.

    Returns:
        A model to `fit`.
    """
    if config.method == configs.CodecConfig.method:
        return _codec(config, held_out)
    return _gan(config)


def _gan(config):
    """Generator, discriminator and decoder, in training."""
    model = gan.FingerprintGAN(
        _generator(config),
        _discriminator(config),
        _decoder(config),
        _curriculum(config),
        _schedule(config),
        loss_weights=dataclasses.asdict(config.losses),
        immunisation=_immunisation(config),
        noise=config.networks.noise,
        seed=config.training.seed,
        training_fingerprints=config.curriculum.training_fingerprints,
    )
    losses, optimizer = config.losses, config.optimizer
    generator_interval = (
        optimizer.path_length_interval if losses.path_length else None
    )
    discriminator_interval = optimizer.r1_interval if losses.r1 else None
    model.compile(
        _adam(optimizer, generator_interval),
        _adam(optimizer, generator_interval),
        _adam(optimizer, discriminator_interval),
    )
    return model


def _codec(config, held_out):
    """Encoder and decoder, in training."""
    networks, settings = config.networks, config.curriculum
    shared = {
        "resolution": config.data.resolution,
        "num_bits": networks.num_bits,
        "initializer": networks.initializer,
    }
    model = artificial.CodecTraining(
        artificial.Encoder(
            **shared,
            width=networks.encoder_width,
            residual=networks.residual,
            mark_resolution=networks.mark_resolution,
            name="encoder",
        ),
        artificial.Decoder(
            **shared,
            width=networks.decoder_width,
            dense_units=networks.dense_units,
            name="decoder",
        ),
        curriculum.Curriculum(
            networks.num_bits,
            settings.initial_bits or networks.num_bits,
            advance_accuracy=settings.advance_accuracy,
            raise_accuracy=settings.raise_accuracy,
            max_consistency=settings.max_consistency,
        ),
        schedule.Schedule(
            total_images=config.training.images,
            batch_size=config.training.batch_size,
            decay_images=config.optimizer.decay_images,
        ),
        _balance(config),
        fingerprint_weight=config.losses.fingerprint,
        immunisation=_immunisation(config),
        exchanged_share=settings.exchanged_share,
        held_out=held_out,
        seed=config.training.seed,
    )
    model.compile(_adam(config.optimizer, None), _adam(config.optimizer, None))
    return model


def _balance(config):
    losses = config.losses
    return artificial.Balance(
        batch_size=config.training.batch_size,
        image_weight=losses.image,
        initial_weight=losses.initial_image,
        read_accuracy=losses.read_accuracy,
        await_steps=losses.await_steps,
        ramp_steps=losses.ramp_steps,
    )


def _generator(config):
    networks = config.networks
    return models.Generator(
        resolution=config.data.resolution,
        channels=config.data.channels,
        num_bits=networks.num_bits,
        latent_dim=networks.latent_dim,
        style_dim=networks.style_dim,
        embedding_layers=networks.embedding_layers,
        embedding_learning_rate_multiplier=(
            networks.embedding_learning_rate_multiplier
        ),
        signed_bits=networks.signed_bits,
        modulated_resolutions=networks.modulated_resolutions,
        affine_gain=networks.affine_gain,
        noise_strength=networks.noise_strength,
        channel_base=networks.channel_base,
        max_channels=networks.max_channels,
        name="generator",
    )


def _discriminator(config):
    return models.Discriminator(
        resolution=config.data.resolution,
        channels=config.data.channels,
        channel_base=config.networks.channel_base,
        max_channels=config.networks.max_channels,
        name="discriminator",
    )


def _decoder(config):
    networks = config.networks
    return models.Decoder(
        resolution=config.data.resolution,
        channels=config.data.channels,
        num_bits=networks.num_bits,
        latent_dim=networks.latent_dim,
        channel_base=networks.decoder_channel_base,
        max_channels=networks.decoder_max_channels,
        name="decoder",
    )


def _curriculum(config):
    settings = config.curriculum
    return curriculum.Curriculum(
        config.networks.num_bits,
        settings.initial_bits,
        picture_images=settings.picture_images,
        advance_accuracy=settings.advance_accuracy,
        raise_accuracy=settings.raise_accuracy,
        max_consistency=settings.max_consistency,
        initial_consistency=settings.initial_consistency,
    )


def _immunisation(config):
    settings = config.perturbations
    return immunising.Immunisation(
        settings.names,
        tuple(getattr(settings, name) for name in settings.names),
        clean_share=settings.clean_share,
        mirror_share=settings.mirror_share,
        ramp_images=settings.ramp_images,
    )


def _schedule(config):
    return schedule.Schedule(
        total_images=config.training.images,
        batch_size=config.training.batch_size,
        r1_interval=config.optimizer.r1_interval,
        path_length_interval=config.optimizer.path_length_interval,
        ema_half_life_images=config.optimizer.ema_half_life_images,
        anchored=config.curriculum.anchored,
        decay_images=config.optimizer.decay_images,
        decoder_images=config.training.decoder_images,
    )


def _adam(settings, penalty_interval):
    """Adam, slowed down where penalties add steps of their own.

    With a penalty every k steps there are k + 1 steps for k batches, so the
    rate and the memories are those of k / (k + 1) of a step.
    """
    ratio = 1.0
    if penalty_interval:
        ratio = penalty_interval / (penalty_interval + 1)
    return adam.Adam(
        settings.learning_rate * ratio,
        beta_1=settings.beta_1**ratio,
        beta_2=settings.beta_2**ratio,
        epsilon=1e-8,
    )
