"""What the commands on visualization networks take, and other trainings."""

import argparse
import math
import pathlib
from collections.abc import Callable

from tf_fingerprint.cli import values
from tf_fingerprint.cli import visual_commands


def add(adding, added: Callable) -> None:
    """Adds `visualize` and `fingerprints`.

    Args:
        adding: What adds commands to the parser of `passive`.
        added: Makes a command's parser, given where, name and purpose.
    """
    parser = added(
        adding, "visualize", "train a network that shows fingerprints"
    )
    add_training(
        parser,
        "TOML file, such as configs/passive_visualization_64.toml (default: "
        "the paper's settings, at 128 pixels)",
    )
    parser.set_defaults(command=visual_commands.visualize)
    parser = added(
        adding, "fingerprints", "write fingerprints of models and images"
    )
    parser.add_argument(
        "run",
        type=pathlib.Path,
        metavar="RUN",
        help="run directory of `passive visualize`",
    )
    parser.add_argument(
        "--images",
        nargs="+",
        default=[],
        type=pathlib.Path,
        metavar="IMAGE",
        help="pictures to take apart too",
    )
    parser.add_argument(
        "--to",
        required=True,
        type=pathlib.Path,
        metavar="DIR",
        help="folder for the pictures and report.html",
    )
    parser.set_defaults(command=visual_commands.fingerprints)


def add_training(parser: argparse.ArgumentParser, config_help: str) -> None:
    """Adds what a training from folders of sources takes.

    Args:
        parser: The command's.
        config_help: What the config is.
    """
    add_sources(parser, "sources_dir", metavar="SOURCES_DIR")
    parser.add_argument(
        "--run-dir",
        required=True,
        type=pathlib.Path,
        metavar="DIR",
        help="new folder for checkpoints, log and classifier",
    )
    parser.add_argument(
        "--config",
        type=pathlib.Path,
        metavar="CONFIG",
        help=config_help,
    )
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="replace a setting, such as training.batch_size=32; repeatable",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on where an interrupted training of this directory stopped",
    )
    parser.add_argument(
        "--minutes",
        type=values.minutes,
        default=math.inf,
        metavar="N",
        help="stop in time for so many minutes, with the network as it is; "
        "`--resume` goes on (default: no end)",
    )


def add_sources(parser: argparse.ArgumentParser, name: str, **options) -> None:
    """Adds where the sources are.

    Args:
        parser: The command's.
        name: Of the argument.
        **options: As in `add_argument`.
    """
    parser.add_argument(
        name,
        type=pathlib.Path,
        help="holds one folder of pictures a source, named as the source; or "
        "folders `train` and `test` that do",
        **options,
    )
