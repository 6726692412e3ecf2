"""What the commands on registries take, and issuing to a list."""

import argparse
import datetime
import pathlib
from collections.abc import Callable

from tf_fingerprint.cli import output
from tf_fingerprint.cli import registry_commands

_REGISTRY_HELP = (
    "path of a SQLite file, or a URL such as sqlite:///registry.db or "
    "postgresql+psycopg://user@host/database"
)


def add(adding, added: Callable, positive: Callable[[str], int]) -> None:
    """Adds `registry` and its commands.

    Args:
        adding: What adds commands to the parser of all.
        added: Makes a command's parser, given where, name and purpose.
        positive: Reads a whole number from 1 on.
    """
    group = added(adding, "registry", "look after a registry")
    adding = group.add_subparsers(required=True, metavar="COMMAND")

    def new(name, purpose, *, one=False, form=True):
        parser = added(adding, name, purpose)
        if one:
            parser.add_argument("id", metavar="ID", help="of the issuance")
        parser.add_argument(
            "--registry", required=True, metavar="URL", help=_REGISTRY_HELP
        )
        if form:
            output.add_format(parser)
        parser.set_defaults(command=getattr(registry_commands, f"{name}_"))
        return parser

    listing = new("list", "list issuances, without their fingerprints")
    listing.add_argument("--state", choices=registry_commands.STATES)
    listing.add_argument("--generator", metavar="DIGEST")
    listing.add_argument("--batch", metavar="NAME")
    _add_paging(listing, positive)
    new("show", "show an issuance and its history", one=True)
    revoking = new("revoke", "withdraw an issuance", one=True)
    _add_reason(revoking)
    rotating = new("rotate", "retire an issuance, and issue afresh", one=True)
    add_expiry(rotating)
    expiring = new("expire", "set until when an issuance holds", one=True)
    expiring.add_argument(
        "--at", required=True, type=_moment_or_never, metavar="TIME|never"
    )
    _add_reason(expiring)
    verifying = new("verify", "check that nothing was changed past the log")
    verifying.add_argument(
        "--head",
        metavar="DIGEST",
        help="that was handed out before; the log must lead through it",
    )
    new("head", "print the digest that stands for all that was recorded")
    importing = new("import", "record the issuances of a file, all or none")
    importing.add_argument(
        "file", type=pathlib.Path, metavar="FILE", help=".jsonl or .csv"
    )
    exporting = new(
        "export", "print issuances, fingerprints included", form=False
    )
    exporting.add_argument("--format", choices=("json", "csv"), default="json")
    _add_paging(exporting, positive)


def add_list(parser, who, positive: Callable[[str], int]) -> None:
    """Adds to `issue` what issuing to a list of recipients takes.

    Args:
        parser: Of `issue`.
        who: Its group of exclusive arguments, one of which is the list.
        positive: Reads a whole number from 1 on.
    """
    who.add_argument(
        "--recipients",
        type=pathlib.Path,
        metavar="FILE",
        help="one a line; records a fingerprint for each, and writes no copies",
    )
    parser.add_argument(
        "--count",
        type=positive,
        metavar="N",
        help="only the first N lines of that file",
    )
    parser.add_argument(
        "--batch",
        metavar="NAME",
        help="names that file; a named one may grow at its end later",
    )
    add_expiry(parser)


def add_expiry(parser) -> None:
    """Adds `--expires-at`."""
    parser.add_argument(
        "--expires-at",
        type=_moment,
        metavar="TIME",
        help="until when the recipient may use the copy, such as 2027-12-31; "
        "midnight in UTC unless said otherwise",
    )


def _add_paging(parser, positive):
    parser.add_argument("--limit", type=positive, metavar="N")
    parser.add_argument(
        "--after", metavar="ID", help="go on behind this issuance"
    )


def _add_reason(parser):
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="for the history"
    )


def _moment(text):
    """A date or a time in ISO 8601."""
    try:
        moment = datetime.datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=moment.tzinfo or datetime.UTC)
        return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            "must be a time such as 2027-12-31 or 2027-12-31T18:00+01:00. "
            f"Received {text!r}"
        ) from None


def _moment_or_never(text):
    return None if text == "never" else _moment(text)
