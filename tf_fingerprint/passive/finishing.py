"""What a training leaves: the classifier, its threshold, what it learned."""

import os
import pathlib

import numpy as np

from tf_fingerprint import backends
from tf_fingerprint.config import passive as passive_config
from tf_fingerprint.passive import open_set as open_sets
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.passive import sources as reading
from tf_fingerprint.passive.classifier import Classifier


def save(
    classifier: Classifier,
    sources: reading.Sources,
    config: passive_config.Config,
    folder: pathlib.Path,
) -> None:
    """Saves the classifier in float32, and takes its threshold.

    Args:
        classifier: As trained.
        sources: What it was trained on.
        config: The experiment.
        folder: The run directory.
    """
    # Made anew, as the training's own may compute in bfloat16.
    plain = Classifier.from_config(classifier.get_config())
    plain.set_weights(classifier.get_weights())
    # First of all what took hours; a run without the others can't be opened.
    draft = folder / f".draft-{passive_run.CLASSIFIER}"
    with backends.alone():
        plain.save(draft)
    os.replace(draft, folder / passive_run.CLASSIFIER)
    save_learned(sources, folder / passive_run.LEARNED)
    calibrate(plain, sources, config).save(folder / passive_run.OPEN_SET)


def calibrate(
    classifier: Classifier,
    sources: reading.Sources,
    config: passive_config.Config,
) -> open_sets.OpenSet:
    """Takes the threshold from the pictures held out for it.

    Args:
        classifier: As trained.
        sources: What it was trained on.
        config: The experiment.

    Returns:
        When a picture is of none of the sources.
    """
    space = None
    if config.unknown.score != open_sets.ENERGY:
        learned = sources.parts[reading.TRAIN]
        features, _ = passive_run.features_and_logits(
            classifier, learned.images
        )
        space = open_sets.Space.of(features, learned.sources)
    held_out = sources.parts[reading.CALIBRATION]
    features, logits = passive_run.features_and_logits(
        classifier, held_out.images
    )
    return open_sets.OpenSet.calibrate(
        config.unknown.score,
        features,
        logits,
        max_false_positive_rate=config.unknown.max_false_positive_rate,
        space=space,
    )


def save_learned(sources: reading.Sources, path: pathlib.Path) -> None:
    """Says which pictures nothing may be measured on any more.

    Args:
        sources: What was learned from.
        path: Of the file.
    """
    digests = [
        sources.parts[part].digests()
        for part in (reading.TRAIN, reading.CALIBRATION)
    ]
    draft = path.with_name(f".draft-{path.name}")  # NumPy wants the suffix.
    np.save(draft, np.unique(np.concatenate(digests)))
    os.replace(draft, path)
