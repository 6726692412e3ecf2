"""The command `train`: of any method."""

import argparse
import contextlib
import math
import pathlib
import sys

from tf_fingerprint.cli import starting
from tf_fingerprint.cli import values

# What shells say of a command that Ctrl-C ended.
INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `train` takes."""
    parser.add_argument("config", metavar="CONFIG", help="TOML file")
    add_options(parser)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds what every training takes, whatever names its config."""
    parser.add_argument(
        "--run-dir",
        required=True,
        type=pathlib.Path,
        metavar="DIR",
        help="new folder for checkpoints, logs and networks; the same shared "
        "one for all workers of a cluster",
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
        help="go on where a training of this directory stopped, also with more "
        "training.images than before",
    )
    parser.add_argument(
        "--minutes",
        type=values.minutes,
        default=math.inf,
        metavar="M",
        help="after these, stop at the end of an epoch and save the networks "
        "as they are; --resume goes on",
    )


def run(args: argparse.Namespace) -> int:
    """Trains; prints the run directory."""
    from tf_fingerprint import config

    return train(config.read(args.config, args.overrides), args)


def train(settings, args: argparse.Namespace) -> int:
    """Trains an experiment of any method; prints the run directory.

    Returns 0, or `INTERRUPTED`.
    """
    from tf_fingerprint import methods

    methods.check(settings)
    try:
        starting.import_tensorflow()
        # Keras draws its bar on stdout, which is for results.
        with contextlib.redirect_stdout(sys.stderr):
            run_dir = methods.train(
                settings,
                args.run_dir,
                resume=args.resume,
                minutes=args.minutes,
                verbose="auto" if sys.stderr.isatty() else 0,
            )
    except KeyboardInterrupt:
        told = f"Nothing was written to {args.run_dir} yet."
        if any(args.run_dir.glob("**/config.toml")):
            told = (
                "The same command with `--resume` goes on from the last "
                f"checkpoint in {args.run_dir}."
            )
        print(f"tf-fingerprint: interrupted. {told}", file=sys.stderr)
        return INTERRUPTED
    print(run_dir)
    _tell_reached(run_dir, settings.method)
    return 0


def _tell_reached(run_dir, method):
    """What a training came to and what to do next, on stderr."""
    if not any(run_dir.glob("*.keras")):  # A staged one, out of time.
        told = "Not at its end. Next: the same command with --resume"
    elif method == "visualization":
        told = f"Next: tf-fingerprint passive fingerprints {run_dir} --to DIR"
    elif method == "passive":
        told = f"Next: tf-fingerprint evaluate {run_dir}"
    elif method == "artificial":
        told = f"Next: tf-fingerprint evaluate {run_dir} --images PHOTOGRAPHS"
    else:
        from tf_fingerprint.issuing import traceability

        reached = traceability.reached(starting.load_run(str(run_dir)))
        told = f"Reached: {reached.in_words()}.\nNext: " + (
            f"tf-fingerprint issue {run_dir} --recipient NAME --registry "
            "registry.db --to DIR"
            if reached.num_copies
            else "train longer: more `training.images`, with --resume"
        )
    print(told, file=sys.stderr)
