"""What the commands on registries take."""

import pathlib
from collections.abc import Callable

from tf_fingerprint.cli import output
from tf_fingerprint.cli import registry as registry_commands
from tf_fingerprint.cli import values

REGISTRY_HELP = (
    "path of a SQLite file, or a URL such as sqlite:///registry.db or "
    "postgresql+psycopg://user@host/database"
)


def add(adding, added: Callable) -> None:
    """Adds `registry` and its commands.

    Args:
        adding: What adds commands to the parser of all.
        added: Makes a command's parser, given where, name and purpose.
    """
    group = added(adding, "registry", "look after a registry")
    adding = group.add_subparsers(required=True, metavar="COMMAND")

    def new(name, purpose, *, one=False, form=True):
        parser = added(adding, name, purpose)
        if one:
            parser.add_argument("id", metavar="ID", help="of the issuance")
        parser.add_argument(
            "--registry", required=True, metavar="URL", help=REGISTRY_HELP
        )
        if form:
            output.add_format(parser)
        parser.set_defaults(
            command=getattr(registry_commands, f"{name.replace('-', '_')}_")
        )
        return parser

    listing = new("list", "list issuances, without their fingerprints")
    listing.add_argument("--state", choices=registry_commands.STATES)
    listing.add_argument("--generator", metavar="DIGEST")
    listing.add_argument("--batch", metavar="NAME")
    listing.add_argument(
        "--expired",
        action="store_true",
        help="only those whose recipients' time is up",
    )
    _add_paging(listing)
    new("show", "show an issuance and its history", one=True)
    new("confirm", "record that a reserved copy was handed out", one=True)
    revoking = new("revoke", "withdraw an issuance", one=True)
    _add_reason(revoking)
    rotating = new("rotate", "retire an issuance, and issue afresh", one=True)
    add_expiry(rotating)
    expiring = new("expire", "set until when an issuance holds", one=True)
    expiring.add_argument(
        "--at", required=True, type=_moment_or_never, metavar="TIME|never"
    )
    _add_reason(expiring)
    changing = new(
        "change-decoder",
        "record that a run's decoder reads its copies from now on",
    )
    changing.add_argument("run", metavar="RUN", help="run directory")
    _add_reason(changing)
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
    _add_paging(exporting)


def add_expiry(parser) -> None:
    """Adds `--expires-at`."""
    parser.add_argument(
        "--expires-at",
        type=values.moment,
        metavar="TIME",
        help="until when the recipient may use the copy, such as 2027-12-31; "
        "midnight in UTC unless said otherwise",
    )


def _add_paging(parser):
    parser.add_argument("--limit", type=values.positive, metavar="N")
    parser.add_argument(
        "--after", metavar="ID", help="go on behind this issuance"
    )


def _add_reason(parser):
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="for the history"
    )


def _moment_or_never(text):
    return None if text == "never" else values.moment(text)
