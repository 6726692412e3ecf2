"""Trains a visualization network."""

import dataclasses
import os
import pathlib
from typing import Any

from tf_fingerprint.config import visualization as settings
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.passive import sources as reading
from tf_fingerprint.passive import training as passive_training
from tf_fingerprint.passive.visualization import learning
from tf_fingerprint.passive.visualization import networks
from tf_fingerprint.training import adam
from tf_fingerprint.training import callbacks
from tf_fingerprint.training import loop
from tf_fingerprint.training import recipe


def train(
    config: settings.Config, run_dir: str | os.PathLike[str], **options: Any
) -> pathlib.Path:
    """Trains a visualization network; see `training.train`."""
    return loop.train(config, run_dir, RECIPE, **options)


def read(config: settings.Config, *, progress: bool = False) -> recipe.Inputs:
    """The sources."""
    return reading.inputs_of(reading.read(config.data, progress=progress))


def build(
    config: settings.Config, inputs: recipe.Inputs
) -> learning.VisualizationTraining:
    """Network and critic, in training."""
    sizes = {
        "channels": config.data.channels,
        "channel_base": config.network.channel_base,
        "max_channels": config.network.max_channels,
    }
    labels = tuple(inputs.record["labels"])
    resolution = config.data.resolution
    model = learning.VisualizationTraining(
        networks.Visualization(
            len(labels),
            resolution,
            labels=labels,
            kernel_deviation=config.network.kernel_deviation,
            name="visualization",
            **sizes,
        ),
        networks.Critic(resolution, name="critic", **sizes),
        passive_training.schedule_of(config),
        loss_weights=dataclasses.asdict(config.losses),
        held_out=inputs.held_out,
        ema_decay=config.training.ema_decay,
        seed=config.training.seed,
    )
    model.compile(
        adam.of_settings(config.optimizer), adam.of_settings(config.optimizer)
    )
    return model


def finish(
    folder: pathlib.Path, config: settings.Config, inputs: recipe.Inputs
) -> None:
    """Says which pictures were learned from."""
    reading.save_learned(inputs, folder / passive_run.LEARNED)


def _callbacks(config, folder):
    return [
        callbacks.HeldOut(),
        callbacks.Grids(folder / "grids", config.training.grid_epochs),
    ]


RECIPE = recipe.Recipe(
    read=read, build=build, callbacks=_callbacks, finish=finish
)
