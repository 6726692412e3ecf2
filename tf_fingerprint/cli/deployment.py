"""The command `deployment`: what production servers are configured by."""

import argparse
import pathlib

from tf_fingerprint import paths
from tf_fingerprint.cli import options
from tf_fingerprint.cli import starting


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `deployment` takes."""
    parser.add_argument(
        "models_dir",
        type=pathlib.Path,
        metavar="MODELS_DIR",
        help="holds a base directory for each model",
    )
    options.add_to(parser, "folder of the files")
    parser.add_argument(
        "--batching",
        action="store_true",
        help="let servers merge requests; only where all clients are your own",
    )


def run(args: argparse.Namespace) -> int:
    """Writes what servers of published models need; prints the files."""
    paths.check_models(args.models_dir)
    starting.import_tensorflow()
    from export.publishing import deployment

    for path in deployment.write_deployment(
        args.models_dir, args.to, batching=args.batching
    ):
        print(path)
    return 0
