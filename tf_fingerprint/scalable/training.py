"""Trains a generator whose convolutions carry a fingerprint."""

import dataclasses
import os
import pathlib
import sys
from typing import Any

from tf_fingerprint import config as configs
from tf_fingerprint import models
from tf_fingerprint.scalable import gan
from tf_fingerprint.scalable import opponents
from tf_fingerprint.scalable import warm_start
from tf_fingerprint.training import adam
from tf_fingerprint.training import callbacks
from tf_fingerprint.training import curriculum
from tf_fingerprint.training import immunisation
from tf_fingerprint.training import loop
from tf_fingerprint.training import recipe
from tf_fingerprint.training import schedule


def train(
    config: configs.Config, run_dir: str | os.PathLike[str], **options: Any
) -> pathlib.Path:
    """Trains a generator and its decoder; see `training.train`."""
    return loop.train(config, run_dir, RECIPE, **options)


def build(
    config: configs.Config, inputs: recipe.Inputs | None = None
) -> gan.FingerprintGAN:
    """Generator, discriminator and decoder, in training."""
    model = gan.FingerprintGAN(
        _generator(config),
        _discriminator(config),
        _decoder(config),
        _curriculum(config),
        _schedule(config),
        loss_weights=dataclasses.asdict(config.losses),
        immunisation=immunisation.of_config(config.perturbations),
        noise=config.networks.noise,
        seed=config.training.seed,
        training_fingerprints=config.curriculum.training_fingerprints,
        opponents=_opponents(config),
    )
    losses, optimizer = config.losses, config.optimizer
    generator_interval = (
        optimizer.path_length_interval if losses.path_length else None
    )
    discriminator_interval = optimizer.r1_interval if losses.r1 else None
    model.compile(
        adam.of_settings(optimizer, generator_interval),
        adam.of_settings(optimizer, generator_interval),
        adam.of_settings(optimizer, discriminator_interval),
        adam.Adam(
            optimizer.feature_learning_rate,
            beta_1=0.0,
            beta_2=optimizer.beta_2,
            epsilon=1e-8,
        ),
    )
    return model


def _opponents(config):
    """What knows pictures by their features, if any loss asks for it."""
    wanted = (
        config.losses.feature_adversarial or config.losses.feature_consistency
    )
    if not wanted:
        return None
    return opponents.FeatureOpponents(
        config.networks.features, config.training.seed
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
        picture_images=(
            sys.maxsize if config.training.control else settings.picture_images
        ),
        advance_accuracy=settings.advance_accuracy,
        raise_accuracy=settings.raise_accuracy,
        max_consistency=settings.max_consistency,
        initial_consistency=settings.initial_consistency,
    )


def _schedule(config):
    return schedule.Schedule(
        total_images=config.training.images,
        batch_size=config.training.batch_size,
        r1_interval=config.optimizer.r1_interval,
        path_length_interval=config.optimizer.path_length_interval,
        ema_half_life_images=config.optimizer.ema_half_life_images,
        anchored=config.curriculum.anchored,
        opposed=config.curriculum.opposed,
        decay_images=config.optimizer.decay_images,
        decoder_images=config.training.decoder_images,
    )


def _start(model, config):
    if config.training.start:
        warm_start.start(
            model, config.training.start, anchor=config.training.anchor
        )


def _callbacks(config, folder):
    return callbacks.of_fingerprints(config.training, folder)


RECIPE = recipe.Recipe(build=build, callbacks=_callbacks, start=_start)
