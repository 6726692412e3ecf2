"""What `issue` and `verify` take."""

import argparse
import pathlib

from tf_fingerprint.cli import issue
from tf_fingerprint.cli import output
from tf_fingerprint.cli import registry_arguments
from tf_fingerprint.cli import values


def add_issue(parser: argparse.ArgumentParser, run_help: str) -> None:
    """Adds what `issue` takes.

    Args:
        parser: The command's.
        run_help: What a run is.
    """
    parser.add_argument("run", metavar="RUN", help=run_help)
    _add_recipients(parser)
    parser.add_argument(
        "--registry",
        required=True,
        metavar="URL",
        help=f"{registry_arguments.REGISTRY_HELP}; made if there is none",
    )
    parser.add_argument(
        "--to",
        type=pathlib.Path,
        metavar="DIR",
        help="new or empty folder for the copy; of many, each gets a folder "
        "in it, named after the issuance. Without it, fingerprints are only "
        "recorded",
    )
    registry_arguments.add_expiry(parser)
    add_untraceable(parser)
    add_bundle_options(parser)
    output.add_format(parser)
    parser.set_defaults(command=issue.issue)


def add_untraceable(parser: argparse.ArgumentParser) -> None:
    """Adds `--untraceable`."""
    parser.add_argument(
        "--untraceable",
        action="store_true",
        help="hand out also what the run reads too few bits of to be traced",
    )


def add_bundle_options(parser: argparse.ArgumentParser) -> None:
    """Adds what says how copies are written."""
    parser.add_argument(
        "--formats",
        type=_names,
        default=(),
        metavar="LIST",
        help="beside Keras and SavedModel: tflite,onnx",
    )
    parser.add_argument(
        "--sign-with",
        type=pathlib.Path,
        metavar="KEY.pem",
        help="private key on an elliptic curve, for OpenSSF model-signing",
    )
    _add_secret(parser)


def add_verify(parser: argparse.ArgumentParser) -> None:
    """Adds what `verify` takes."""
    parser.add_argument("folder", metavar="DIR", type=pathlib.Path)
    parser.add_argument(
        "--public-key",
        type=pathlib.Path,
        metavar="KEY.pem",
        help="of whoever signed the copy",
    )
    parser.add_argument(
        "--registry",
        metavar="URL",
        help="show that the copy was committed to the fingerprint that this "
        "registry holds for it",
    )
    _add_secret(parser)
    output.add_format(parser)
    parser.set_defaults(command=issue.verify)


def _add_recipients(parser):
    """Whom to, and whether now."""
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--recipient", metavar="NAME")
    who.add_argument(
        "--recipients",
        type=pathlib.Path,
        metavar="FILE",
        help="many, one a line; may be called again after a stop",
    )
    who.add_argument(
        "--reserved",
        metavar="ID",
        help="hand out the copy of an issuance that was only reserved",
    )
    parser.add_argument(
        "--reserve",
        action="store_true",
        help="only record fingerprints; --reserved hands the copy out later, "
        "or --recipients with --to all of a list",
    )
    parser.add_argument(
        "--count",
        type=values.positive,
        metavar="N",
        help="only the first N lines of that file",
    )
    parser.add_argument(
        "--batch",
        metavar="NAME",
        help="names that file, where only fingerprints are recorded; a named "
        "one may grow at its end later",
    )


def _add_secret(parser):
    parser.add_argument(
        "--secret",
        type=pathlib.Path,
        metavar="FILE",
        help="secret of the commitments (default: beside the registry)",
    )


def _names(text):
    """Names between commas."""
    return tuple(name for name in text.split(",") if name)
