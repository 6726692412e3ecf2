"""Trainings of sixteen steps, in this process and in others."""

import csv
import os
import pathlib
import subprocess
import sys

import pytest
import tensorflow as tf

import tf_fingerprint
from tf_fingerprint import config
from tf_fingerprint import methods
from tf_fingerprint.backends import replicas
from tf_fingerprint.training import loop

ROOT = pathlib.Path(tf_fingerprint.__file__).parents[1]
PROCESS = pathlib.Path(__file__).with_name("training_process.py")

# Sixteen steps in four epochs; first the picture, then the bits.
OVERRIDES = (
    "networks.max_channels=4",
    "networks.decoder_max_channels=4",
    "training.images=64",
    "training.batch_size=4",
    "training.steps_per_epoch=4",
    "training.grid_epochs=4",
    "curriculum.picture_images=8",
    "losses.consistency=1",
    "optimizer.r1_interval=1",
    "optimizer.path_length_interval=1",
)


def tiny_config(*overrides):
    return config.read(
        ROOT / "configs" / "smoke.toml", [*OVERRIDES, *overrides]
    )


@pytest.fixture(scope="module")
def trained():
    """Trains on one processor; returns all weights at the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            replicas,
            "choose_strategy",
            lambda: tf.distribute.MirroredStrategy(["CPU:0"]),
        )
        kept = []
        save_networks = loop.save_networks

        def save(model, folder):
            kept.append(model.get_weights())
            save_networks(model, folder)

        patch.setattr(loop, "save_networks", save)

        def train(settings, folder, **options):
            methods.train(settings, folder, verbose=0, **options)
            return kept[-1]

        yield train


def rows(folder):
    with open(folder / "metrics.csv", newline="") as file:
        return list(csv.DictReader(file))


def start_process(settings, folder, pause_seconds, weights, **environment):
    """Trains in a process of its own; its config lies beside the run."""
    path = weights.with_suffix(".toml")
    path.write_text(config.to_toml(settings))
    command = [PROCESS, path, folder, pause_seconds, weights]
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
