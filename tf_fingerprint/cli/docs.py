"""The command `docs`: what requests and responses of servers hold."""

import argparse
import pathlib

from tf_fingerprint.cli import starting


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `docs` takes."""
    parser.add_argument(
        "--to",
        type=pathlib.Path,
        default=pathlib.Path("docs", "serving.md"),
        metavar="FILE",
        help="(default: %(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    """Writes the documentation of requests and responses."""
    starting.import_tensorflow()
    from export.servables import contracts

    args.to.write_text(contracts.to_markdown(), encoding="utf-8")
    return 0
