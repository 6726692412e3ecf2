"""Trains a visualization network into a run directory, after any stop too."""

import dataclasses
import math
import os
import pathlib

import keras

from tf_fingerprint import backends
from tf_fingerprint import training
from tf_fingerprint.backends import replicas
from tf_fingerprint.config import visualization as settings
from tf_fingerprint.passive import finishing
from tf_fingerprint.passive import fitting
from tf_fingerprint.passive import inputs
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.passive import sources as reading
from tf_fingerprint.passive import watching
from tf_fingerprint.passive.visualization import (
    learning as visualization_learning,
)
from tf_fingerprint.passive.visualization import networks
from tf_fingerprint.passive.visualization import (
    pictures as fingerprint_pictures,
)
from tf_fingerprint.passive.visualization import run as visualization_run
from tf_fingerprint.training import adam
from tf_fingerprint.training import callbacks


def train(
    config: settings.Config,
    sources_dir: str | os.PathLike[str],
    run_dir: str | os.PathLike[str],
    *,
    resume: bool = False,
    minutes: float = math.inf,
    verbose: int | str = "auto",
) -> pathlib.Path:
    """Trains from the first image to the last, or goes on where it stopped.

    Args:
        config: The experiment.
        sources_dir: One folder of pictures a source; see `sources.read`.
        run_dir: Made if it doesn't exist. Holds config, labels, checkpoints,
            log and grids, and in the end the moving average of the network.
        resume: Whether to go on from the run directory's last checkpoint.
        minutes: After which to stop, at the end of an epoch, as if the
            training were over; `resume` goes on.
        verbose: As in `keras.Model.fit`.

    Returns:
        The run directory.

    Raises:
        errors.RunError: If the directory holds a run and `resume` is off, or
            another experiment's run and `resume` is on.
        errors.DataError: If the sources can't be read.
        errors.TrainingError: If a loss is no longer a number.
    """
    deadline = callbacks.Deadline(minutes)
    folder = pathlib.Path(run_dir)
    inputs.check_folder(folder, config, resume=resume)
    sources = inputs.read_sources(
        config.data, sources_dir, progress=verbose != 0
    )
    strategy = replicas.choose_strategy()
    with backends.alone():
        keras.utils.set_random_seed(config.training.seed)
    with (
        strategy.scope(),
        training.precision(config.training.mixed_precision),
    ):
        model = build(config, sources.labels)
    checkpoint = callbacks.Checkpoint(folder, config.training.checkpoint_epochs)
    inputs.write(folder, config, sources, sources_dir)
    if resume and checkpoint.path.exists():
        with strategy.scope():
            model.load_weights(checkpoint.path)
    held_out = sources.parts[reading.CALIBRATION]
    calls = [
        deadline,
        watching.HeldOutAccuracy(held_out, classify, most=500),
        callbacks.MetricsLog(folder / "metrics.csv"),
        callbacks.Scalars(folder / "tensorboard"),
        Grids(folder / "grids", config.training.grid_epochs, held_out),
        checkpoint,
    ]
    fitting.fit(model, sources.parts[reading.TRAIN], config, verbose, calls)
    if callbacks.is_chief(model.distribute_strategy):
        save(model.ema_network, sources, folder)
    return folder


def build(
    config: settings.Config, labels: tuple[str, ...]
) -> visualization_learning.VisualizationTraining:
    """Makes network and critic, and compiles their training.

    Args:
        config: The experiment.
        labels: Names of the sources.

    Returns:
        A model to `fit`.
    """
    sizes = {
        "channels": config.data.channels,
        "channel_base": config.network.channel_base,
        "max_channels": config.network.max_channels,
    }
    resolution, wanted = config.data.resolution, config.optimizer
    model = visualization_learning.VisualizationTraining(
        networks.Visualization(
            len(labels),
            resolution,
            labels=labels,
            kernel_deviation=config.network.kernel_deviation,
            name="visualization",
            **sizes,
        ),
        networks.Critic(resolution, name="critic", **sizes),
        loss_weights=dataclasses.asdict(config.losses),
        total_images=config.training.images,
        batch_size=config.training.batch_size,
        decay_images=wanted.decay_images,
        ema_decay=config.training.ema_decay,
        seed=config.training.seed,
    )
    model.compile(
        *(
            adam.Adam(
                wanted.learning_rate,
                beta_1=wanted.beta_1,
                beta_2=wanted.beta_2,
                epsilon=1e-8,
            )
            for _ in range(2)
        )
    )
    return model


def classify(model: visualization_learning.VisualizationTraining, images):
    """The moving average's logits of pictures, `(images, sources)`."""
    return visualization_run.look(model.ema_network, images).logits


def save(
    network: networks.Visualization,
    sources: reading.Sources,
    folder: pathlib.Path,
) -> None:
    """Saves the network in float32, and which pictures it learned from.

    Args:
        network: The moving average.
        sources: What it was trained on.
        folder: The run directory.
    """
    # Made anew, as the training's own may compute in bfloat16.
    plain = networks.Visualization.from_config(network.get_config())
    plain.set_weights(network.get_weights())
    finishing.save_learned(sources, folder / passive_run.LEARNED)
    draft = folder / f".draft-{visualization_run.VISUALIZATION}"
    with backends.alone():
        plain.save(draft)
    os.replace(draft, folder / visualization_run.VISUALIZATION)


class Grids(keras.callbacks.Callback):
    """Writes pictures to look at, the same ones taken apart every time.

    Args:
        folder: Where they go.
        every: Epochs between two.
        labelled: Pictures that nothing is learned from.
    """

    def __init__(
        self, folder: pathlib.Path, every: int, labelled: reading.Labelled
    ):
        super().__init__()
        self.folder = folder
        self.every = every
        self.images = fingerprint_pictures.some(labelled)

    def on_epoch_end(self, epoch, logs=None):
        """Draws after every so many epochs, and after the last."""
        last = epoch + 1 == self.params["epochs"] or self.model.stop_training
        if not last and (epoch + 1) % self.every:
            return
        if callbacks.is_chief(self.model.distribute_strategy):
            fingerprint_pictures.write_grid(
                self.model.ema_network,
                self.images,
                self.folder / f"{self.model.progress.images:09d}.png",
            )
