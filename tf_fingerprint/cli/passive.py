"""The group `passive`: from before other commands took classifiers' runs."""

import argparse
import dataclasses
import pathlib
import sys

from tf_fingerprint.cli import classifiers
from tf_fingerprint.cli import output
from tf_fingerprint.cli import parser as parsers
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import train as training

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
        ("train", train_old, "as `train`, of a classifier"),
        ("visualize", visualize, "as `train`, of what shows traces"),
    ):
        _add_train(new(name, purpose), command)
    parser = parsers.add_command(
        adding, "classify", "as `attribute`, by a classifier"
    )
    _add_images(parser, "images", nargs="+", help="picture, or folder of some")
    parser.add_argument("--run", required=True, metavar="DIR", help=_RUN_HELP)
    output.add_format(parser)
    parser.set_defaults(command=classify)
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
    classifiers.add_attack(parser)
    output.add_format(parser)
    parser.set_defaults(command=evaluate_old, seed=0)
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
    training.add_options(parser)
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
    parser.set_defaults(command=fingerprints)


def _add_images(parser, name, **options):
    parser.add_argument(name, type=pathlib.Path, metavar="IMAGE", **options)


def train_old(args: argparse.Namespace) -> int:
    """Trains a classifier; prints the run directory."""
    from tf_fingerprint import config

    return _train(args, config.PassiveConfig)


def visualize(args: argparse.Namespace) -> int:
    """Trains a visualization network; prints the run directory."""
    from tf_fingerprint import config

    return _train(args, config.VisualizationConfig)


def classify(args: argparse.Namespace) -> int:
    """As `attribute`."""
    _tell_what_replaces("attribute IMAGE... --run RUN")
    return classifiers.attribute(args)


def evaluate_old(args: argparse.Namespace) -> int:
    """As `evaluate`."""
    _tell_what_replaces("evaluate RUN --images SOURCES_DIR")
    return classifiers.evaluate(args)


def fingerprints(args: argparse.Namespace) -> int:
    """Writes fingerprints as pictures; prints the page that shows them."""
    starting.import_tensorflow()
    from tf_fingerprint.passive.visualization import (
        pictures as fingerprint_pictures,
    )
    from tf_fingerprint.passive.visualization import run as visualization_run

    run = visualization_run.load(args.run)
    print(fingerprint_pictures.write(run, args.to, args.images))
    return 0


def _train(args, kind):
    """Trains from a config that needs say neither method nor source."""
    from tf_fingerprint import config

    _tell_what_replaces(
        "train CONFIG --run-dir DIR --set data.source=SOURCES_DIR` with "
        f'`method = "{kind.method}"` at the top of `CONFIG'
    )
    settings = config.read(args.config, args.overrides, kind=kind)
    source = str(args.sources_dir.expanduser().absolute())
    data = dataclasses.replace(settings.data, source=source)
    return training.train(dataclasses.replace(settings, data=data), args)


def _tell_what_replaces(command):
    print(
        f"tf-fingerprint: this is now `tf-fingerprint {command}`; it goes on "
        "working.",
        file=sys.stderr,
    )
