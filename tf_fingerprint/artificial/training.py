"""Trains a codec: an encoder that marks photographs, and its decoder."""

import dataclasses
import os
import pathlib
from typing import Any

import numpy as np

from tf_fingerprint import config as configs
from tf_fingerprint import data
from tf_fingerprint.artificial.balance import Balance
from tf_fingerprint.artificial.codec import Decoder
from tf_fingerprint.artificial.codec import Encoder
from tf_fingerprint.artificial.learning import CodecTraining
from tf_fingerprint.training import adam
from tf_fingerprint.training import callbacks
from tf_fingerprint.training import curriculum
from tf_fingerprint.training import immunisation
from tf_fingerprint.training import loop
from tf_fingerprint.training import recipe
from tf_fingerprint.training import schedule


def train(
    config: configs.CodecConfig, run_dir: str | os.PathLike[str], **options: Any
) -> pathlib.Path:
    """Trains encoder and decoder; see `training.train`."""
    return loop.train(config, run_dir, RECIPE, **options)


def build(
    config: configs.CodecConfig, held_out: np.ndarray | None = None
) -> CodecTraining:
    """Encoder and decoder, in training.

    `held_out`: photographs that the training shows but doesn't learn from.
    """
    networks, settings = config.networks, config.curriculum
    shared = {
        "resolution": config.data.resolution,
        "num_bits": networks.num_bits,
        "initializer": networks.initializer,
    }
    model = CodecTraining(
        Encoder(
            **shared,
            width=networks.encoder_width,
            residual=networks.residual,
            mark_resolution=networks.mark_resolution,
            name="encoder",
        ),
        Decoder(
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
        immunisation=immunisation.of_config(config.perturbations),
        exchanged_share=settings.exchanged_share,
        held_out=held_out,
        seed=config.training.seed,
    )
    model.compile(
        adam.of_settings(config.optimizer), adam.of_settings(config.optimizer)
    )
    return model


def _balance(config):
    losses = config.losses
    return Balance(
        batch_size=config.training.batch_size,
        image_weight=losses.image,
        initial_weight=losses.initial_image,
        read_accuracy=losses.read_accuracy,
        await_steps=losses.await_steps,
        ramp_steps=losses.ramp_steps,
    )


def read(
    config: configs.CodecConfig, *, progress: bool = False
) -> recipe.Inputs:
    """The photographs, with some held out."""
    inputs = recipe.read_photographs(config, progress=progress)
    share = config.training.held_out_share
    held_out = data.held_out(len(inputs.images), share)
    return dataclasses.replace(
        inputs,
        images=inputs.images[~held_out],
        held_out=inputs.images[held_out],
    )


def _build(config, inputs):
    return build(config, inputs.held_out)


def _callbacks(config, folder):
    training = config.training
    return [
        callbacks.Quality(training.quality_epochs, training.psnr_floor),
        *callbacks.of_fingerprints(training, folder),
    ]


RECIPE = recipe.Recipe(read=read, build=_build, callbacks=_callbacks)
