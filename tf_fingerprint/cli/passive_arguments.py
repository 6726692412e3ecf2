"""What the commands on passive classifiers take."""

import argparse
import pathlib
from collections.abc import Callable

from tf_fingerprint.cli import output
from tf_fingerprint.cli import passive as passive_commands
from tf_fingerprint.cli import visual_arguments

_RUN_HELP = "run directory of a passive classifier"


def add(adding, added: Callable) -> None:
    """Adds `passive` and its commands.

    Args:
        adding: What adds commands to the parser of all.
        added: Makes a command's parser, given where, name and purpose.
    """
    purpose = "tell generators apart by the traces that they leave anyway"
    group = added(adding, "passive", purpose)
    adding = group.add_subparsers(required=True, metavar="COMMAND")
    _add_train(added(adding, "train", "train a classifier of sources"))
    parser = added(adding, "classify", "name the likeliest source of images")
    parser.add_argument(
        "images",
        nargs="+",
        type=pathlib.Path,
        metavar="IMAGE",
        help="picture, or folder of pictures",
    )
    parser.add_argument(
        "--run",
        required=True,
        type=pathlib.Path,
        metavar="DIR",
        help=_RUN_HELP,
    )
    output.add_format(parser)
    parser.set_defaults(command=passive_commands.classify)
    _add_evaluate(added(adding, "evaluate", "measure how often it is right"))
    visual_arguments.add(adding, added)


def _add_train(parser: argparse.ArgumentParser) -> None:
    visual_arguments.add_training(
        parser,
        "TOML file, such as configs/passive_64.toml (default: the paper's "
        "settings, at 128 pixels)",
    )
    parser.set_defaults(command=passive_commands.train)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=pathlib.Path, metavar="RUN", help=_RUN_HELP)
    visual_arguments.add_sources(
        parser, "--sources", required=True, metavar="SOURCES_DIR"
    )
    parser.add_argument(
        "--attack",
        choices=passive_commands.ATTACKS,
        default="none",
        help="what happens to the images first (default: %(default)s)",
    )
    output.add_format(parser)
    parser.set_defaults(command=passive_commands.evaluate)
