"""The commands, and the parser that imports only the one that is asked for.

The module of a command has its name. `add_arguments(parser)` there says what it
takes, `run(args)` does it and returns the exit code; where commands stand below
it, `add_arguments` adds those by `add_command`.
"""

import argparse
import importlib

from absl.flags import argparse_flags

from tf_fingerprint.version import __version__

COMMANDS = {
    "train": "train the networks of a method",
    "generate": "make pictures with an open generator",
    "embed": "hide a fingerprint in the training pictures of any generator",
    "issue": "hand sealed copies to recipients",
    "verify": "tell whether a copy is as it was handed out",
    "attribute": "tell whose copy made each image",
    "export": "publish a model for a server",
    "serve": "answer requests on this machine",
    "deployment": "write configuration of TensorFlow Serving and of a proxy",
    "docs": "write the documentation of requests and responses",
    "calibrate": "measure the odds on photographs",
    "evidence": "check reports that others wrote",
    "bulk": "attribute a lake of images",
    "evaluate": "measure what a run's fingerprints are worth",
    "passive": "tell generators apart by the traces that they leave anyway",
    "quickstart": "see the whole workflow on pretrained weights",
    "runs": "list runs, and share them on a hub",
    "info": "show versions, a run, a registry",
    "doctor": "say whether this machine has what it takes",
    "registry": "look after a registry",
    "completion": "complete commands in a shell",
}

_DESCRIPTION = """\
Trains image generators whose convolutions carry a fingerprint, hands sealed
copies to recipients, and tells whose copy made an image, and how often
chance alone would name anybody."""


class _Parser(argparse_flags.ArgumentParser):
    """A parser that may get its arguments from a module when it is used."""

    module = ""

    def parse_known_args(self, args=None, namespace=None):
        self.complete()
        return super().parse_known_args(args, namespace)

    def complete(self):
        """Adds what the module says, once."""
        if self.module:
            command = importlib.import_module(self.module)
            self.module = ""
            self.set_defaults(command=getattr(command, "run", None))
            command.add_arguments(self)


def parser(*, lazy: bool = False) -> argparse.ArgumentParser:
    """The parser of all commands.

    Its result has `command`, the function to call with it, and `parser`, to
    report further usage errors to.

    `lazy`: whether commands' arguments are only known once one is parsed.
    """
    main = _Parser(
        prog="tf-fingerprint", description=_DESCRIPTION, allow_abbrev=False
    )
    main.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}"
    )
    adding = main.add_subparsers(required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        command = add_command(adding, name, purpose)
        command.module = f"tf_fingerprint.cli.{name}"
        if not lazy:
            command.complete()
    return main


def add_command(adding, name: str, purpose: str) -> _Parser:
    """Adds a command, or one below a command."""
    sentence = f"{purpose[0].upper()}{purpose[1:]}."
    command = adding.add_parser(
        name, help=purpose, description=sentence, allow_abbrev=False
    )
    command.set_defaults(parser=command)
    return command
