"""Trains a classifier of sources."""

import os
import pathlib
from typing import Any

from tf_fingerprint import errors
from tf_fingerprint.config import passive as passive_config
from tf_fingerprint.passive import attacks
from tf_fingerprint.passive import learning
from tf_fingerprint.passive import open_set as open_sets
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.passive import sources as reading
from tf_fingerprint.passive.classifier import Classifier
from tf_fingerprint.runs import directory as run_directory
from tf_fingerprint.training import adam
from tf_fingerprint.training import callbacks
from tf_fingerprint.training import loop
from tf_fingerprint.training import recipe
from tf_fingerprint.training import schedule


def train(
    config: passive_config.Config,
    run_dir: str | os.PathLike[str],
    **options: Any,
) -> pathlib.Path:
    """Trains a classifier and its threshold; see `training.train`."""
    return loop.train(config, run_dir, RECIPE, **options)


def read(
    config: passive_config.Config, *, progress: bool = False
) -> recipe.Inputs:
    """The sources, large enough for a threshold."""
    sources = reading.read(config.data, progress=progress)
    rate = config.unknown.max_false_positive_rate
    needed = open_sets.images_needed(rate, config.unknown.score)
    found = len(sources.parts[reading.CALIBRATION])
    if found < needed:
        raise errors.DataError(
            f"{config.data.source}: too few pictures for a threshold that "
            f"calls at most {rate:g} of them unknown: it must rest on {needed},"
            f" and {found} are held out for it. Add pictures, raise "
            "`data.calibration_share`, or go by one score (`unknown.score`)."
        )
    return reading.inputs_of(sources)


def build(
    config: passive_config.Config, inputs: recipe.Inputs
) -> learning.ClassifierTraining:
    """The classifier, in training."""
    network = config.network
    labels = tuple(inputs.record["labels"])
    model = learning.ClassifierTraining(
        Classifier(
            len(labels),
            config.data.resolution,
            channels=config.data.channels,
            channel_base=network.channel_base,
            max_channels=network.max_channels,
            variant=network.variant,
            switching_resolution=network.switching_resolution,
            labels=labels,
            name="classifier",
        ),
        attacks.Attack(config.attack.name, config.attack.clean_share),
        schedule_of(config),
        held_out=inputs.held_out,
        seed=config.training.seed,
    )
    model.compile(adam.of_settings(config.optimizer))
    return model


def schedule_of(config) -> schedule.Schedule:
    """How many images are shown, and how fast is learned from them."""
    return schedule.Schedule(
        total_images=config.training.images,
        batch_size=config.training.batch_size,
        decay_images=config.optimizer.decay_images,
    )


def start(
    model: learning.ClassifierTraining, config: passive_config.Config
) -> None:
    """Begins with the weights of another run, of the same sources."""
    if not config.training.start:
        return
    other = passive_run.load(config.training.start).classifier
    wanted, found = model.classifier.get_config(), other.get_config()
    differing = [
        f"`{key}` {found[key]!r} instead of {value!r}"
        for key, value in wanted.items()
        if found[key] != value
    ]
    if differing:
        raise errors.RunError(
            f"{config.training.start}: its classifier must be made like the "
            "training's to begin with its weights. It has "
            f"{', '.join(differing)}. Give the same sources and the values of "
            "its config.toml, or begin from another run."
        )
    model.classifier.set_weights(other.get_weights())


def finish(
    folder: pathlib.Path, config: passive_config.Config, inputs: recipe.Inputs
) -> None:
    """Says what was learned from, and takes the threshold."""
    reading.save_learned(inputs, folder / passive_run.LEARNED)
    classifier = run_directory.read_network(
        folder / passive_run.CLASSIFIER, Classifier, {}
    )
    calibrate(classifier, config.unknown, inputs).save(
        folder / passive_run.OPEN_SET
    )


def calibrate(
    classifier: Classifier,
    wanted: passive_config.Unknown,
    inputs: recipe.Inputs,
) -> open_sets.OpenSet:
    """Takes the threshold from the pictures held out for it."""
    space = None
    if wanted.score != open_sets.ENERGY:
        features, _ = passive_run.features_and_logits(classifier, inputs.images)
        space = open_sets.Space.of(features, inputs.labels)
    features, logits = passive_run.features_and_logits(
        classifier, inputs.held_out.images
    )
    return open_sets.OpenSet.calibrate(
        wanted.score,
        features,
        logits,
        max_false_positive_rate=wanted.max_false_positive_rate,
        space=space,
    )


def _callbacks(config, folder):
    return [callbacks.HeldOut()]


RECIPE = recipe.Recipe(
    read=read,
    build=build,
    start=start,
    callbacks=_callbacks,
    finish=finish,
)
