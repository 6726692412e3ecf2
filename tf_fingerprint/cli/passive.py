"""The command `passive`, and those below it.

All but `fingerprints` are from before `train`, `attribute` and `evaluate` took
classifiers of sources.
"""

import argparse
import dataclasses
import functools
import pathlib
import sys

from tf_fingerprint.cli import output
from tf_fingerprint.cli import parser as parsers
from tf_fingerprint.cli import passive_runs
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import train

_RUN_HELP = "run directory of a passive classifier"
_SOURCES_HELP = (
    "holds one folder of pictures a source, named as the source; or folders "
    "`train` and `test` that do"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the commands below `passive`, and what they take."""
    adding = parser.add_subparsers(required=True, metavar="COMMAND")
    new = functools.partial(parsers.add_command, adding)
    _add_train(new("train", "as `train`, of a classifier"), "PassiveConfig")
    _add_train(
        new("visualize", "as `train`, of what shows traces"),
        "VisualizationConfig",
    )
    _add_classify(new("classify", "as `attribute`, by a classifier"))
    _add_evaluate(new("evaluate", "as `evaluate`, of a classifier"))
    _add_fingerprints(
        new("fingerprints", "write fingerprints of models and images")
    )


def _add_classify(parser):
    _add_images(parser, "images", nargs="+", help="picture, or folder of some")
    parser.add_argument("--run", required=True, metavar="DIR", help=_RUN_HELP)
    output.add_format(parser)
    parser.set_defaults(command=_classify)


def _add_evaluate(parser):
    parser.add_argument("run", metavar="RUN", help=_RUN_HELP)
    parser.add_argument(
        "--sources",
        dest="images",
        nargs=1,
        required=True,
        metavar="SOURCES_DIR",
        help=_SOURCES_HELP,
    )
    passive_runs.add_attack(parser)
    output.add_format(parser)
    parser.set_defaults(command=_evaluate, seed=0)


def _add_train(parser, kind):
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
    parser.set_defaults(command=_train, kind=kind)


def _add_fingerprints(parser):
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
    parser.set_defaults(command=_fingerprints)


def _add_images(parser, name, **options):
    parser.add_argument(name, type=pathlib.Path, metavar="IMAGE", **options)


def _train(args):
    """Trains from a config that needs say neither method nor source."""
    from tf_fingerprint import config

    kind = getattr(config, args.kind)
    _tell_what_replaces(
        "train CONFIG --run-dir DIR --set data.source=SOURCES_DIR` with "
        f'`method = "{kind.method}"` at the top of `CONFIG'
    )
    settings = config.read(args.config, args.overrides, kind=kind)
    source = str(args.sources_dir.expanduser().absolute())
    data = dataclasses.replace(settings.data, source=source)
    return train.train(dataclasses.replace(settings, data=data), args)


def _classify(args):
    """As `attribute`."""
    _tell_what_replaces("attribute IMAGE... --run RUN")
    return passive_runs.attribute(args)


def _evaluate(args):
    """As `evaluate`."""
    _tell_what_replaces("evaluate RUN --images SOURCES_DIR")
    return passive_runs.evaluate(args)


def _fingerprints(args):
    """Writes fingerprints as pictures; prints the page that shows them."""
    from tf_fingerprint import methods

    methods.find(args.run)
    starting.import_tensorflow()
    from tf_fingerprint.passive.visualization import (
        pictures as fingerprint_pictures,
    )
    from tf_fingerprint.passive.visualization import run as visualization_run

    run = visualization_run.load(args.run)
    print(fingerprint_pictures.write(run, args.to, args.images))
    return 0


def _tell_what_replaces(command):
    print(
        f"tf-fingerprint: this is now `tf-fingerprint {command}`; it goes on "
        "working.",
        file=sys.stderr,
    )
