"""The command `runs` and those below it, without TensorFlow."""

import argparse
import pathlib
import sys

from tf_fingerprint.cli import options
from tf_fingerprint.cli import output
from tf_fingerprint.cli import parser as parsers

_HUB_NAME_HELP = "hf://OWNER/NAME, or with @REVISION"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the commands below `runs`, and what they take."""
    adding = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = parsers.add_command(
        adding, "list", "compare the runs below a folder"
    )
    listing.add_argument(
        "folder",
        nargs="?",
        default=pathlib.Path("runs"),
        type=pathlib.Path,
        metavar="DIR",
        help="searched with all folders in it (default: %(default)s)",
    )
    output.add_format(listing)
    listing.set_defaults(command=_list)
    pushing = parsers.add_command(
        adding, "push", "upload a run to the Hugging Face hub"
    )
    options.add_run(pushing)
    pushing.add_argument("name", metavar="NAME", help=_HUB_NAME_HELP)
    pushing.add_argument(
        "--public",
        action="store_true",
        help="for everybody, who can then make pictures in any copy's name; "
        "private if not given",
    )
    pushing.set_defaults(command=_push)


def _list(args):
    from tf_fingerprint import errors
    from tf_fingerprint.runs import listing

    rows, failed = [], 0
    for each in listing.found(args.folder):
        if isinstance(each, errors.RunError):
            failed += 1
            print(f"tf-fingerprint: {each}", file=sys.stderr)
        else:
            rows.append(each)
    output.write_rows(rows, args.format)
    return 1 if failed else 0


def _push(args):
    from tf_fingerprint import methods
    from tf_fingerprint.runs import hub

    print(hub.pushed(methods.find(args.run), args.name, public=args.public))
    return 0
