"""What the commands on passive classifiers take."""

import argparse
import math
import pathlib
from collections.abc import Callable

from tf_fingerprint.cli import output
from tf_fingerprint.cli import passive_commands
from tf_fingerprint.cli import values

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


def _add_train(parser: argparse.ArgumentParser) -> None:
    _add_sources(parser, "sources_dir", metavar="SOURCES_DIR")
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
        help="TOML file, such as configs/passive_64.toml (default: the paper's "
        "settings, at 128 pixels)",
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
        help="stop in time for so many minutes, with the classifier as it is; "
        "`--resume` goes on (default: no end)",
    )
    parser.set_defaults(command=passive_commands.train)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=pathlib.Path, metavar="RUN", help=_RUN_HELP)
    _add_sources(parser, "--sources", required=True, metavar="SOURCES_DIR")
    parser.add_argument(
        "--attack",
        choices=passive_commands.ATTACKS,
        default="none",
        help="what happens to the images first (default: %(default)s)",
    )
    output.add_format(parser)
    parser.set_defaults(command=passive_commands.evaluate)


def _add_sources(parser, name, **options):
    parser.add_argument(
        name,
        type=pathlib.Path,
        help="holds one folder of pictures a source, named as the source; or "
        "folders `train` and `test` that do",
        **options,
    )
