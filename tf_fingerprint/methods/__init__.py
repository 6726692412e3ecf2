"""The methods, side by side: how each is trained and its runs are opened.

What a method needs is imported when it is asked for: whoever opens a codec's
run needs no generator.
"""

import os
import pathlib
from typing import Any

from tf_fingerprint.config import AnyConfig
from tf_fingerprint.config import CodecConfig
from tf_fingerprint.config import Config
from tf_fingerprint.config import PassiveConfig
from tf_fingerprint.config import Staged
from tf_fingerprint.config import VisualizationConfig
from tf_fingerprint.config import method_of


def _read_scalable(folder):
    from tf_fingerprint import scalable
    from tf_fingerprint.methods import opened

    return scalable.read(folder, opened.Run)


def _read_artificial(folder):
    from tf_fingerprint import artificial
    from tf_fingerprint.methods import opened

    return artificial.read(folder, opened.CodecRun)


def _read_passive(folder):
    from tf_fingerprint.passive import run

    return run.load(folder)


def _read_visualization(folder):
    from tf_fingerprint.passive.visualization import run

    return run.load(folder)


def _train_scalable(config, run_dir, **options):
    from tf_fingerprint.scalable import training

    return training.train(config, run_dir, **options)


def _train_artificial(config, run_dir, **options):
    from tf_fingerprint.artificial import training

    return training.train(config, run_dir, **options)


def _train_staged(config, run_dir, **options):
    from tf_fingerprint.scalable import stages

    return stages.train(config, run_dir, **options)


def _train_passive(config, run_dir, **options):
    from tf_fingerprint.passive import training

    return training.train(config, run_dir, **options)


def _train_visualization(config, run_dir, **options):
    from tf_fingerprint.passive.visualization import training

    return training.train(config, run_dir, **options)


def _check_sources(config):
    from tf_fingerprint.passive import folders

    folders.of_settings(config.data)


TRAINERS = {
    Config.method: _train_scalable,
    Staged.method: _train_staged,
    CodecConfig.method: _train_artificial,
    PassiveConfig.method: _train_passive,
    VisualizationConfig.method: _train_visualization,
}
READERS = {
    Config.method: _read_scalable,
    CodecConfig.method: _read_artificial,
    PassiveConfig.method: _read_passive,
    VisualizationConfig.method: _read_visualization,
}
# What can be told of an experiment at once, before TensorFlow is there.
CHECKS = {
    PassiveConfig.method: _check_sources,
    VisualizationConfig.method: _check_sources,
}


def load(run: str | os.PathLike[str] = "pretrained") -> Any:
    """Opens a run directory, or the weights that come with the package.

    Args:
        run: A run directory, or `"pretrained"`.

    Returns:
        `opened.Run`, or by the method that its config says `opened.CodecRun`,
        `passive.run.PassiveRun` or `passive.visualization.run.VisualRun`.

    Raises:
        errors.RunError: If it is missing, incomplete or of several trainings.
        errors.ConfigError: If its config can't be read.
    """
    folder = find(run)
    return READERS[method_of(folder)](folder)


def find(run: str | os.PathLike[str]) -> pathlib.Path:
    """The folder of a run, which must be there; needs no Keras yet."""
    from tf_fingerprint.runs import directory

    folder = directory.folder_of(run)
    directory.check_complete(folder, ())
    return folder


def check(config: AnyConfig) -> None:
    """Raises what can be told of an experiment before TensorFlow is there."""
    if config.method in CHECKS:
        CHECKS[config.method](config)


def train(
    config: AnyConfig, run_dir: str | os.PathLike[str], **options: Any
) -> pathlib.Path:
    """Trains an experiment of any method into a run directory.

    Args:
        config: The experiment.
        run_dir: Made if it doesn't exist.
        **options: See `training.train`, whose errors it raises.
    """
    return TRAINERS[config.method](config, run_dir, **options)
