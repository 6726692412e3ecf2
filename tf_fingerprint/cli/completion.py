"""The command `completion`: what a shell needs to complete the others."""

import argparse

from tf_fingerprint import errors
from tf_fingerprint.cli import parser as parsers

_SHELLS = ("bash", "zsh", "tcsh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `completion` takes."""
    parser.add_argument("shell", choices=_SHELLS, help="whose script to print")
    parser.epilog = (
        'For bash: eval "$(tf-fingerprint completion bash)" in ~/.bashrc'
    )


def run(args: argparse.Namespace) -> int:
    """Prints the script."""
    try:
        import shtab
    except ImportError as error:
        raise errors.FingerprintError(
            "Completion needs `pip install 'tf-fingerprint[completion]'`."
        ) from error
    print(shtab.complete(parsers.parser(), args.shell))
    return 0
