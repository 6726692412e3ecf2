"""What the commands of the group `passive` take."""

import argparse
import pathlib

from tf_fingerprint.cli import output
from tf_fingerprint.cli import parser as parsers
from tf_fingerprint.cli import passive as commands
from tf_fingerprint.cli import train

_RUN_HELP = "run directory of a passive classifier"
_SOURCES_HELP = (
    "holds one folder of pictures a source, named as the source; or folders "
    "`train` and `test` that do"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the commands below `passive`, and what they take."""
    adding = parser.add_subparsers(required=True, metavar="COMMAND")

    def new(name, purpose):
        return parsers.add_command(adding, name, purpose)

    for name, command, purpose in (
        ("train", commands.train_old, "as `train`, of a classifier"),
        ("visualize", commands.visualize, "as `train`, of what shows traces"),
    ):
        _add_train(new(name, purpose), command)
    parser = parsers.add_command(
        adding, "classify", "as `attribute`, by a classifier"
    )
    _add_images(parser, "images", nargs="+", help="picture, or folder of some")
    parser.add_argument("--run", required=True, metavar="DIR", help=_RUN_HELP)
    output.add_format(parser)
    parser.set_defaults(command=commands.classify)
    parser = parsers.add_command(
        adding, "evaluate", "as `evaluate`, of a classifier"
    )
    parser.add_argument("run", metavar="RUN", help=_RUN_HELP)
    parser.add_argument(
        "--sources",
        dest="images",
        nargs=1,
        required=True,
        metavar="SOURCES_DIR",
        help=_SOURCES_HELP,
    )
    commands.add_attack(parser)
    output.add_format(parser)
    parser.set_defaults(command=commands.evaluate_old, seed=0)
    _add_fingerprints(
        parsers.add_command(
            adding, "fingerprints", "write fingerprints of models and images"
        )
    )


def _add_train(parser: argparse.ArgumentParser, command) -> None:
    parser.add_argument(
        "sources_dir",
        type=pathlib.Path,
        metavar="SOURCES_DIR",
        help=_SOURCES_HELP,
    )
    parser.add_argument(
        "--config",
        type=pathlib.Path,
        metavar="CONFIG",
        help="TOML file (default: the paper's settings, at 128 pixels)",
    )
    train.add_options(parser)
    parser.set_defaults(command=command)


def _add_fingerprints(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run",
        type=pathlib.Path,
        metavar="RUN",
        help='run directory of `method = "visualization"`',
    )
    _add_images(
        parser, "--images", nargs="+", default=[], help="to take apart too"
    )
    parser.add_argument(
        "--to",
        required=True,
        type=pathlib.Path,
        metavar="DIR",
        help="folder for the pictures and report.html",
    )
    parser.set_defaults(command=commands.fingerprints)


def _add_images(parser, name, **options):
    parser.add_argument(name, type=pathlib.Path, metavar="IMAGE", **options)
