"""Trains an experiment into a run directory, and goes on after any stop."""

import contextlib
import dataclasses
import json
import math
import os
import pathlib
from collections.abc import Callable
from typing import Any

import keras
from absl import logging

from tf_fingerprint import backends
from tf_fingerprint import config as configs
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import files
from tf_fingerprint.backends import replicas
from tf_fingerprint.runs import directory as run_directory
from tf_fingerprint.training import callbacks
from tf_fingerprint.training import trainer


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What a method brings to its training.

    Args:
        build: From config and held out photographs to a compiled trainer.
        share_out: From photographs and config to those that are learned from,
            and those that are held out; None for all and none.
        start: Takes trainer and config, and sets the weights to begin with.
        measuring: From config to callbacks that measure before others log.
    """

    build: Callable[..., trainer.SteppedModel]
    share_out: Callable[..., Any] | None = None
    start: Callable[..., None] | None = None
    measuring: Callable[..., list[keras.callbacks.Callback]] | None = None


def train(
    config: configs.AnyConfig,
    run_dir: str | os.PathLike[str],
    recipe: Recipe,
    *,
    resume: bool = False,
    minutes: float = math.inf,
    verbose: int | str = "auto",
    strategy: Any = None,
) -> pathlib.Path:
    """Trains from the first image to the last, or goes on where it stopped.

    Everything that is drawn depends on the seed and the number of images seen,
    so that a training that was killed and resumed ends like one that wasn't.

    Args:
        config: The experiment.
        run_dir: Made if it doesn't exist. Holds the resolved config, the
            checkpoints, logs and grids of pictures, and in the end generator
            and decoder, or encoder and decoder.
        recipe: What its method brings.
        resume: Whether to go on from the run directory's last checkpoint.
        minutes: After which to stop, at the end of an epoch, as if the
            training were over; `resume` goes on.
        verbose: As in `keras.Model.fit`.
        strategy: Where to train; chosen if not given. Trainings one after the
            other in one process share one: a second one's reductions would be
            taken for the first one's.

    Returns:
        The run directory.

    Raises:
        errors.RunError: If the directory holds a run and `resume` is off, or
            another experiment's run and `resume` is on, or if several workers
            don't share it, or if the weights to start from don't fit.
        errors.DataError: If the photographs can't be read.
        errors.TrainingError: If a loss is no longer a number.
    """
    deadline = callbacks.Deadline(minutes)
    folder = pathlib.Path(run_dir)
    # First, as workers must be connected before anything is computed.
    strategy = strategy or replicas.choose_strategy()
    chief = callbacks.is_chief(strategy)
    if chief:
        _check_folder(folder, config, resume)
    photographs = _load(config.data, progress=verbose != 0)
    if chief:
        _write_inputs(folder, config, photographs)
    with backends.alone():
        keras.utils.set_random_seed(config.training.seed)
    images, held_out = photographs.images, None
    if recipe.share_out:
        images, held_out = recipe.share_out(images, config)
    with strategy.scope(), precision(config.training.mixed_precision):
        model = recipe.build(config, held_out)
    checkpoint = callbacks.Checkpoint(folder, config.training.checkpoint_epochs)
    if resume and checkpoint.path.exists():
        with strategy.scope():
            model.load_weights(checkpoint.path)
    elif recipe.start:
        with strategy.scope():
            recipe.start(model, config)
    _check_workers(strategy, model, folder)
    measuring = recipe.measuring(config) if recipe.measuring else []
    _fit(
        model,
        images,
        config,
        verbose,
        [deadline, *measuring, *_callbacks(folder, config), checkpoint],
    )
    save_networks(model, folder)
    return folder


def _load(settings, progress):
    """The photographs; those that can't be read are named."""
    photographs = data.load(
        settings.source,
        resolution=settings.resolution,
        channels=settings.channels,
        crop=settings.crop,
        max_images=settings.max_images,
        max_broken_share=settings.max_broken_share,
        progress=progress,
    )
    for name, reason in photographs.broken:
        logging.warning("Skipped %s: %s", name, reason)
    return photographs


def save_networks(
    model: trainer.SteppedModel, folder: str | os.PathLike[str]
) -> None:
    """Saves the networks that a training is for, in float32.

    Args:
        model: The training.
        folder: Where `generator.keras` and `decoder.keras` go; of a codec,
            `encoder.keras` and `decoder.keras`.
    """
    if not callbacks.is_chief(model.distribute_strategy):
        return
    for name, network in model.finished().items():
        # Made anew, as the training's own may compute in bfloat16.
        settings = network.get_config() | {"name": name}
        plain = type(network).from_config(settings)
        plain.set_weights(network.get_weights())
        draft = pathlib.Path(folder, f".draft-{name}.keras")
        with backends.alone():
            plain.save(draft)
        os.replace(draft, pathlib.Path(folder, f"{name}.keras"))


def _callbacks(folder, config):
    """What measures, writes logs and grids, and warns."""
    training = config.training
    return [
        callbacks.MetricsLog(folder / "metrics.csv"),
        callbacks.Scalars(folder / "tensorboard"),
        callbacks.Grids(folder / "grids", training.grid_epochs),
        callbacks.ChanceWarning(training.chance_images),
        callbacks.DiversityWarning(),
    ]


def _fit(model, images, config, verbose, calls):
    """Fits from where the model stands to the last image."""
    training = config.training
    step = model.progress.images // training.batch_size
    # Under JAX 8-bit pixels become floats on the device.
    batches = data.numpy_batches if backends.is_jax() else data.batches
    steps_in_all = -(-training.images // training.batch_size)
    steps_per_epoch = min(training.steps_per_epoch, steps_in_all)
    model.fit(
        batches(
            images,
            batch_size=training.batch_size,
            seed=training.seed,
            mirror=config.data.mirror,
            first_batch=step,
        ),
        initial_epoch=step // steps_per_epoch,
        epochs=-(-steps_in_all // steps_per_epoch),
        steps_per_epoch=steps_per_epoch,
        shuffle=False,
        verbose=verbose,
        # Checkpoints last, so that what the others wrote is from before.
        callbacks=calls,
    )


@contextlib.contextmanager
def precision(policy):
    """Builds networks under a precision policy, then restores the default.

    Args:
        policy: Such as `mixed_bfloat16`.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _check_folder(folder, config, resume):
    """Raises where a training would overwrite or mix up runs."""
    path = folder / run_directory.CONFIG
    if not path.exists():
        return
    if not resume:
        raise errors.RunError(
            f"{folder} holds a run already. Go on with it by `--resume`, or "
            "choose another `--run-dir`."
        )
    if configs.digest(configs.read(path)) != configs.digest(config):
        raise errors.RunError(
            f"{folder} holds a run of another experiment: its {path.name} is "
            "not the one given. Resume with the run's own "
            f"{path}, or choose another `--run-dir`."
        )


def _write_inputs(folder, config, photographs):
    """Writes what is trained, and on what; on resuming, compares the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / run_directory.CONFIG).exists():
        files.write(folder / run_directory.CONFIG, configs.to_toml(config))
    path = folder / "data.json"
    inputs = {"digest": photographs.digest, "images": len(photographs)}
    if path.exists() and json.loads(path.read_text()) != inputs:
        raise errors.RunError(
            f"{folder} holds a run on other photographs than those in "
            f"{config.data.source}. Restore them, or choose another "
            "`--run-dir`."
        )
    files.write(path, json.dumps(inputs))


def _check_workers(strategy, model, folder):
    """Raises where workers don't go on from the same image."""
    if backends.is_jax():
        return  # There is one process.
    import tensorflow as tf

    images = float(model.progress.images)

    @tf.function
    def mean_over_workers():
        here = strategy.run(lambda: tf.constant(images, "float64"))
        return strategy.reduce("MEAN", here, axis=None)

    if float(mean_over_workers()) != images:
        raise errors.RunError(
            f"{folder} must be the same directory for all workers. It holds "
            f"the checkpoint of {images:.0f} images for this one, another for "
            "others. Choose a directory that they share."
        )
