"""The command `registry` and those below it, without TensorFlow."""

import argparse
import datetime
import functools
import pathlib
import sys

from tf_fingerprint import paths
from tf_fingerprint.cli import options
from tf_fingerprint.cli import output
from tf_fingerprint.cli import parser as parsers
from tf_fingerprint.cli import values

STATES = ("reserved", "issued", "revoked", "retired")
_COLUMNS = ("id", "recipient", "state", "issued_at", "expires_at", "expired")
_NOW = functools.partial(datetime.datetime.now, datetime.UTC)
_UNFINISHED = (
    "Recorded, but never confirmed: the copy may be out or not. `issue RUN "
    "--reserved ID --to DIR` hands it out, `registry confirm` records that it "
    "was, `registry revoke` gives it up."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the commands below `registry`, and what they take."""
    adding = parser.add_subparsers(required=True, metavar="COMMAND")

    def new(command, purpose, *, one=False, form=True):
        name = command.__name__.removeprefix("_").replace("_", "-")
        parser = parsers.add_command(adding, name, purpose)
        if one:
            parser.add_argument("id", metavar="ID", help="of the issuance")
        options.add_registry(parser, required=True)
        if form:
            output.add_format(parser)
        parser.set_defaults(command=command)
        return parser

    _add_list(new(_list, "list issuances, without their fingerprints"))
    new(_show, "show an issuance and its history", one=True)
    new(_confirm, "record that a reserved copy was handed out", one=True)
    _add_reason(new(_revoke, "withdraw an issuance", one=True))
    options.add_expiry(
        new(_rotate, "retire an issuance, and issue afresh", one=True)
    )
    expiring = new(_expire, "set until when an issuance holds", one=True)
    expiring.add_argument(
        "--at",
        required=True,
        type=_moment_or_never,
        metavar="TIME|never",
        help="until when, or no end",
    )
    _add_reason(expiring)
    changing = new(
        _change_decoder, "record that a run's decoder counts from now on"
    )
    options.add_run(changing)
    _add_reason(changing)
    new(_verify, "check that nothing was changed past the log").add_argument(
        "--head",
        metavar="DIGEST",
        help="that was handed out before; the log must lead through it",
    )
    new(_head, "print the digest that stands for all that was recorded")
    new(_import, "record the issuances of a file, all or none").add_argument(
        "file", type=pathlib.Path, metavar="FILE", help=".jsonl or .csv"
    )
    exporting = new(
        _export, "print issuances, fingerprints included", form=False
    )
    exporting.add_argument(
        "--format",
        choices=("json", "csv"),
        default="json",
        help="one object a line, or a table (default: %(default)s)",
    )
    _add_paging(exporting)


def _add_list(parser):
    parser.add_argument(
        "--state", choices=STATES, help="only those in this state"
    )
    parser.add_argument(
        "--generator", metavar="DIGEST", help="only copies of this generator"
    )
    parser.add_argument(
        "--batch", metavar="NAME", help="only those of this list"
    )
    parser.add_argument(
        "--expired",
        action="store_true",
        help="only those whose recipients' time is up",
    )
    _add_paging(parser)


def _add_paging(parser):
    add = parser.add_argument
    add("--limit", type=values.positive, metavar="N", help="at most so many")
    add("--after", metavar="ID", help="go on behind this issuance")


def _add_reason(parser):
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="for the history"
    )


def _moment_or_never(text):
    return None if text == "never" else values.moment(text)


def _list(args):
    """Prints issuances, without their fingerprints."""
    with _opened(args) as store:
        records = store.issuances(
            generator_digest=args.generator,
            state=args.state,
            batch=args.batch,
            expired_at=_NOW() if args.expired else None,
            after=args.after,
            limit=args.limit,
        )
    return _write(records, args)


def _show(args):
    """Prints an issuance, what is left to do, and its history."""
    with _opened(args) as store:
        [facts] = _rows([store.issuance(args.id)])
        history = [event.to_dict() for event in store.events(args.id)]
    for event in history:
        event.get("issuance", {}).pop("fingerprint", None)
    is_open = facts["state"] == "reserved"
    facts["unfinished"] = _UNFINISHED if is_open else None
    output.write_facts(facts | {"history": history}, args.format)
    return 0


def _confirm(args):
    """Records that a copy was handed out; prints the issuance."""
    return _change(args, lambda api, store: api.confirm(store, args.id))


def _revoke(args):
    """Withdraws an issuance; prints it."""
    return _change(
        args, lambda api, store: api.revoke(store, args.id, reason=args.reason)
    )


def _rotate(args):
    """Retires an issuance; prints the one that replaces it."""
    return _change(
        args,
        lambda api, store: api.rotate(
            store, args.id, expires_at=args.expires_at
        ),
    )


def _expire(args):
    """Sets until when an issuance holds; prints it."""
    return _change(
        args,
        lambda api, store: store.change_expiry(
            args.id, args.at, reason=args.reason
        ),
    )


def _change_decoder(args):
    """Records that a run's decoder counts from now on; prints what it was."""
    with _opened(args) as store:
        from tf_fingerprint import registry
        from tf_fingerprint.cli import starting

        run = starting.load_run(args.run)
        before = store.generator(run.generator_digest)
        registry.change_decoder(store, run.record, reason=args.reason)
        store.flush()
    facts = {"generator": before.digest, "decoder": run.decoder_digest}
    facts["decoder_before"] = before.decoder_digest
    output.write_facts(facts, args.format)
    return 0


def _verify(args):
    """Checks everything; prints how much, and the newest digest."""
    import tqdm

    from tf_fingerprint.registry import sqlite

    with (
        _opened(args) as store,
        tqdm.tqdm(desc="verifying", unit="row", disable=None) as bar,
    ):

        def progress(done, total):
            bar.total = total
            bar.update(done - bar.n)

        head = store.verify(args.head, progress=progress)
    output.write_rows([_facts(head)], args.format)
    if told := sqlite.who_may_read(args.registry):
        print(f"tf-fingerprint: {told}", file=sys.stderr)
    return 0


def _head(args):
    """Prints the newest digest, alone unless a format is asked for."""
    with _opened(args) as store:
        head = store.head()
    if args.format == "table":
        print(head.digest)
    else:
        output.write_rows([_facts(head)], args.format)
    return 0


def _facts(head):
    return {"entries": head.position, "head": head.digest}


def _import(args):
    """Records a file's issuances; prints those that were new."""
    paths.check_registry_folder(args.registry)
    from tf_fingerprint import registry

    with registry.open_store(args.registry, create=True) as store:
        records = registry.import_rows(store, args.file)
        store.flush()
    return _write(records, args)


def _export(args):
    """Prints all that is known of each issuance."""
    with _opened(args) as store:
        from tf_fingerprint import registry

        rows = registry.export_rows(store, after=args.after, limit=args.limit)
        output.write_rows(rows, args.format)
    return 0


def _opened(args):
    """The registry, which must be there."""
    paths.check_registry(args.registry)
    from tf_fingerprint import registry

    return registry.open_store(args.registry)


def _change(args, change):
    """Changes one issuance by the package `registry`; prints it."""
    with _opened(args) as store:
        from tf_fingerprint import registry

        record = change(registry, store)
        store.flush()
    return _write([record], args)


def _rows(records):
    """What may be shown of records."""
    now = _NOW()
    rows = [
        record.to_dict() | {"expired": record.is_expired(now)}
        for record in records
    ]
    return [{n: row[n] for n in row if n != "fingerprint"} for row in rows]


def _write(records, args):
    output.write_rows(_rows(records), args.format, shown=_COLUMNS)
    return 0
