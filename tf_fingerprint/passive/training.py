"""Trains a classifier into a run directory, and goes on after any stop."""

import math
import os
import pathlib

import keras

from tf_fingerprint import backends
from tf_fingerprint import errors
from tf_fingerprint import training
from tf_fingerprint.backends import replicas
from tf_fingerprint.config import passive as passive_config
from tf_fingerprint.passive import attacks
from tf_fingerprint.passive import finishing
from tf_fingerprint.passive import fitting
from tf_fingerprint.passive import inputs
from tf_fingerprint.passive import learning
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.passive import sources as reading
from tf_fingerprint.passive import watching
from tf_fingerprint.passive.classifier import Classifier
from tf_fingerprint.training import adam
from tf_fingerprint.training import callbacks


def train(
    config: passive_config.Config,
    sources_dir: str | os.PathLike[str],
    run_dir: str | os.PathLike[str],
    *,
    resume: bool = False,
    minutes: float = math.inf,
    verbose: int | str = "auto",
) -> pathlib.Path:
    """Trains from the first image to the last, or goes on where it stopped.

    Everything that is drawn depends on the seed and the number of images seen,
    so that a training that was killed and resumed ends like one that wasn't.

    Args:
        config: The experiment.
        sources_dir: One folder of pictures a source; see `sources.read`.
        run_dir: Made if it doesn't exist. Holds config, labels, checkpoints
            and log, and in the end the classifier and its threshold.
        resume: Whether to go on from the run directory's last checkpoint.
        minutes: After which to stop, at the end of an epoch, as if the
            training were over; `resume` goes on.
        verbose: As in `keras.Model.fit`.

    Returns:
        The run directory.

    Raises:
        errors.RunError: If the directory holds a run and `resume` is off, or
            another experiment's run and `resume` is on, or the weights to
            start from don't fit.
        errors.DataError: If the sources can't be read, or are too small.
        errors.TrainingError: If a loss is no longer a number.
    """
    deadline = callbacks.Deadline(minutes)
    folder = pathlib.Path(run_dir)
    inputs.check_folder(folder, config, resume=resume)
    sources = inputs.read(config, sources_dir, progress=verbose != 0)
    strategy = replicas.choose_strategy()
    with backends.alone():
        keras.utils.set_random_seed(config.training.seed)
    with (
        strategy.scope(),
        training.precision(config.training.mixed_precision),
    ):
        model = build(config, sources.labels)
    checkpoint = callbacks.Checkpoint(folder, config.training.checkpoint_epochs)
    goes_on = resume and checkpoint.path.exists()
    if config.training.start and not goes_on:
        with strategy.scope():
            start(model.classifier, config.training.start)
    inputs.write(folder, config, sources, sources_dir)
    if goes_on:
        with strategy.scope():
            model.load_weights(checkpoint.path)
    calls = [
        deadline,
        watching.HeldOutAccuracy(
            sources.parts[reading.CALIBRATION], classify, most=1000
        ),
        callbacks.MetricsLog(folder / "metrics.csv"),
        callbacks.Scalars(folder / "tensorboard"),
        checkpoint,
    ]
    fitting.fit(model, sources.parts[reading.TRAIN], config, verbose, calls)
    finishing.save(model.classifier, sources, config, folder)
    return folder


def build(
    config: passive_config.Config, labels: tuple[str, ...]
) -> learning.ClassifierTraining:
    """Makes the classifier and compiles its training.

    Args:
        config: The experiment.
        labels: Names of the sources.

    Returns:
        A model to `fit`.
    """
    network, optimizer = config.network, config.optimizer
    classifier = Classifier(
        len(labels),
        config.data.resolution,
        channels=config.data.channels,
        channel_base=network.channel_base,
        max_channels=network.max_channels,
        variant=network.variant,
        switching_resolution=network.switching_resolution,
        labels=labels,
        name="classifier",
    )
    model = learning.ClassifierTraining(
        classifier,
        attacks.Attack(config.attack.name, config.attack.clean_share),
        total_images=config.training.images,
        batch_size=config.training.batch_size,
        decay_images=optimizer.decay_images,
        seed=config.training.seed,
    )
    model.compile(
        adam.Adam(
            optimizer.learning_rate,
            beta_1=optimizer.beta_1,
            beta_2=optimizer.beta_2,
            epsilon=1e-8,
        )
    )
    return model


def classify(model: learning.ClassifierTraining, images):
    """Logits of pictures as the training stands, `(images, sources)`."""
    return passive_run.features_and_logits(model.classifier, images)[1]


def start(classifier: Classifier, run_dir: str | os.PathLike[str]) -> None:
    """Begins with the weights of another run, of the same sources.

    Args:
        classifier: Of a training that has not begun.
        run_dir: The other run's.

    Raises:
        errors.RunError: If it can't be read, or its classifier is of another
            shape or has other labels.
    """
    other = passive_run.load(run_dir).classifier
    wanted, found = classifier.get_config(), other.get_config()
    differing = [
        f"`{key}` {found[key]!r} instead of {value!r}"
        for key, value in wanted.items()
        if found[key] != value
    ]
    if differing:
        raise errors.RunError(
            f"{run_dir}: its classifier must be made like the training's to "
            f"begin with its weights. It has {', '.join(differing)}. Give the "
            "same sources and the values of its config.toml, or begin from "
            "another run."
        )
    classifier.set_weights(other.get_weights())
