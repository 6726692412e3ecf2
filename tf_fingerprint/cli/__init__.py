"""The command `tf-fingerprint`.

Nothing here imports TensorFlow, Keras or NumPy before a command needs them,
so that help and usage errors come at once.
"""

import sys
from collections.abc import Sequence

from absl import app

from tf_fingerprint import errors
from tf_fingerprint.cli import parser as arguments


def run() -> None:
    """Runs the command that the process was started with, and exits."""
    app.run(_run, flags_parser=lambda argv: _parsed(argv[1:]))


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command.

    `argv`: its arguments, without the program's name; the process's own if not
    given. Returns 0, or 1 if something in the world was not as it must be; it
    has been told on stderr then.
    """
    return _run(_parsed(argv))


def _parsed(argv):
    return arguments.parser(lazy=True).parse_args(argv)


def _run(args) -> int:
    try:
        return args.command(args)
    except errors.FingerprintError as error:
        print(f"tf-fingerprint: {error}", file=sys.stderr)
        return 1
