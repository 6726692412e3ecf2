"""Trains an experiment into a run directory, and goes on after any stop."""

import contextlib
import math
import os
import pathlib
from typing import Any

import keras

from tf_fingerprint import backends
from tf_fingerprint import config as configs
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.backends import replicas
from tf_fingerprint.runs import directory as run_directory
from tf_fingerprint.runs import log as run_log
from tf_fingerprint.training import callbacks
from tf_fingerprint.training import recipe as recipes
from tf_fingerprint.training import trainer


def train(
    config: configs.OneTraining,
    run_dir: str | os.PathLike[str],
    recipe: recipes.Recipe,
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
        run_dir: Made if it doesn't exist. Holds config, checkpoints and logs,
            and in the end the networks.
        recipe: What its method brings.
        resume: Whether to go on from the last checkpoint; also with more
            `training.images` than it was begun with.
        minutes: After which to stop at the end of an epoch; `resume` goes on.
        verbose: As in `keras.Model.fit`.
        strategy: Where to train; chosen if not given. Trainings one after
            another in a process share one, or their reductions are confused.

    Returns:
        The run directory.

    Raises:
        errors.RunError: As `RunDirectory.claim`; or if it can't be written or
            workers don't share it, or the weights to start from don't fit.
        errors.DataError: If the pictures can't be read.
        errors.TrainingError: If a loss is no longer a number.
    """
    deadline = callbacks.Deadline(minutes)
    run = run_directory.RunDirectory(run_dir)
    # First, as workers must be connected before anything is computed.
    strategy = strategy or replicas.choose_strategy()
    chief = callbacks.is_chief(strategy)
    if chief:  # Before minutes of reading pictures.
        run.check(config, resume=resume)
    inputs = recipe.read(config, progress=verbose != 0)
    checkpoint = callbacks.Checkpoint(
        run.folder, config.training.checkpoint_epochs
    )
    goes_on = resume and checkpoint.path.exists()
    model = _built(recipe, config, inputs, strategy, goes_on and checkpoint)
    with _named_if_full(run.folder):
        if chief:
            run.claim(config, inputs.record, resume=resume)
        _check_workers(strategy, model, run.folder)
        own = recipe.callbacks(config, run.folder)
        calls = _calls(deadline, own, run.folder, checkpoint)
        _fit(model, inputs, config, verbose, calls)
        save_networks(model, run.folder)  # Before anything else can fail.
        if recipe.finish and chief:
            recipe.finish(run.folder, config, inputs)
    return run.folder


def _built(recipe, config, inputs, strategy, checkpoint):
    """The trainer: as a checkpoint has it, or where a training begins."""
    with backends.alone():
        keras.utils.set_random_seed(config.training.seed)
    with strategy.scope(), precision(config.training.mixed_precision):
        model = recipe.build(config, inputs)
    with strategy.scope():
        if checkpoint:
            model.load_weights(checkpoint.path)
        elif recipe.start:
            recipe.start(model, config)
    return model


@contextlib.contextmanager
def _named_if_full(folder):
    """What a disk says that is full or closed to us, as a `RunError`."""
    try:
        yield
    except OSError as error:
        reason = " ".join(str(error).split())
        raise errors.RunError(
            f"{folder}: the run must be written, and can't be. {reason}. Make "
            "room there, and go on from the last checkpoint by `--resume`."
        ) from error


def save_networks(
    model: trainer.SteppedModel, folder: str | os.PathLike[str]
) -> None:
    """Saves the networks that a training is for, in float32.

    Args:
        model: The training.
        folder: Where they go: `generator.keras`, or as `finished` names them.
    """
    if not callbacks.is_chief(model.distribute_strategy):
        return
    for name, network in model.finished().items():
        # Made anew, as the training's own may compute in bfloat16.
        settings = network.get_config() | {"name": name}
        plain = type(network).from_config(settings)
        plain.set_weights(network.get_weights())
        draft = pathlib.Path(folder, f".draft-{name}.keras")
        try:
            with backends.alone():
                plain.save(draft)
            os.replace(draft, pathlib.Path(folder, f"{name}.keras"))
        finally:
            draft.unlink(missing_ok=True)


def _calls(deadline, own, folder, checkpoint):
    """All callbacks, in their order."""
    return [
        deadline,  # The others must know that it ends.
        *own,
        callbacks.MetricsLog(folder / run_log.METRICS),
        callbacks.Plots(folder),
        callbacks.Scalars(folder / "tensorboard"),
        checkpoint,  # Last, so that what the others wrote is from before.
    ]


def _fit(model, inputs, config, verbose, calls):
    """Fits from where the model stands to the last image."""
    training = config.training
    step = model.progress.images // training.batch_size
    # Under JAX 8-bit pixels become floats on the device.
    batches = data.numpy_batches if backends.is_jax() else data.batches
    steps_per_epoch, first, last = epochs_of(training, step)
    model.fit(
        batches(
            inputs.images,
            inputs.labels,
            batch_size=training.batch_size,
            seed=training.seed,
            mirror=config.data.mirror,
            first_batch=step,
        ),
        initial_epoch=first,
        epochs=last,
        steps_per_epoch=steps_per_epoch,
        shuffle=False,
        verbose=verbose,
        callbacks=calls,
    )


def epochs_of(training: Any, step: int) -> tuple[int, int, int]:
    """Steps in an epoch, the first epoch to train, and where they end.

    Returns the three; epochs count from 0.
    """
    steps_in_all = -(-training.images // training.batch_size)
    steps_per_epoch = min(training.steps_per_epoch, steps_in_all)
    left = max(0, steps_in_all - step)
    if left and step % steps_per_epoch:
        # It was shorter than an epoch, and is to be longer now.
        steps_per_epoch = min(steps_per_epoch, left)
    first = -(-step // steps_per_epoch)
    return steps_per_epoch, first, first + -(-left // steps_per_epoch)


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
