"""What the commands on registries do, without TensorFlow.

They are named after the command, with a `_`.
"""

import argparse
import datetime

from tf_fingerprint.cli import output

STATES = ("reserved", "issued", "revoked", "retired")

_LIST_COLUMNS = ("id", "recipient", "state", "issued_at", "expires_at")
_LIST_COLUMNS += ("expired",)

_UNFINISHED = (
    "Recorded, but never confirmed: the copy may be out or not. `issue RUN "
    "--reserved ID --to DIR` hands it out, `registry confirm` records that it "
    "was, `registry revoke` gives it up."
)


def list_(args: argparse.Namespace) -> int:
    """Prints issuances, without their fingerprints."""
    with _opened(args) as store:
        records = store.issuances(
            generator_digest=args.generator,
            state=args.state,
            batch=args.batch,
            expired_at=_now() if args.expired else None,
            after=args.after,
            limit=args.limit,
        )
    output.write_rows(_rows(records), args.format, shown=_LIST_COLUMNS)
    return 0


def show_(args: argparse.Namespace) -> int:
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


def confirm_(args: argparse.Namespace) -> int:
    """Records that a copy was handed out; prints the issuance."""
    from tf_fingerprint import registry

    with _opened(args) as store:
        record = registry.confirm(store, args.id)
        store.flush()
    return _write([record], args)


def revoke_(args: argparse.Namespace) -> int:
    """Withdraws an issuance; prints it."""
    from tf_fingerprint import registry

    with _opened(args) as store:
        record = registry.revoke(store, args.id, reason=args.reason)
        store.flush()
    return _write([record], args)


def rotate_(args: argparse.Namespace) -> int:
    """Retires an issuance; prints the one that replaces it."""
    from tf_fingerprint import registry

    with _opened(args) as store:
        record = registry.rotate(store, args.id, expires_at=args.expires_at)
        store.flush()
    return _write([record], args)


def expire_(args: argparse.Namespace) -> int:
    """Sets until when an issuance holds; prints it."""
    with _opened(args) as store:
        record = store.change_expiry(args.id, args.at, reason=args.reason)
        store.flush()
    return _write([record], args)


def change_decoder_(args: argparse.Namespace) -> int:
    """Records that a run's decoder counts from now on; prints what it was."""
    from tf_fingerprint import registry
    from tf_fingerprint.cli import starting

    run = starting.load_run(args.run)
    with _opened(args) as store:
        before = store.generator(run.generator_digest)
        registry.change_decoder(store, run.record, reason=args.reason)
        store.flush()
    facts = {
        "generator": before.digest,
        "decoder_before": before.decoder_digest,
        "decoder": run.decoder_digest,
    }
    output.write_facts(facts, args.format)
    return 0


def verify_(args: argparse.Namespace) -> int:
    """Checks everything; prints how much, and the newest digest."""
    import tqdm

    with (
        _opened(args) as store,
        tqdm.tqdm(desc="verifying", unit="row", disable=None) as bar,
    ):

        def progress(done, total):
            bar.total = total
            bar.update(done - bar.n)

        head = store.verify(args.head, progress=progress)
    facts = {"entries": head.position, "head": head.digest}
    output.write_rows([facts], args.format)
    return 0


def head_(args: argparse.Namespace) -> int:
    """Prints the newest digest, alone unless a format is asked for."""
    with _opened(args) as store:
        head = store.head()
    if args.format == "table":
        print(head.digest)
    else:
        facts = {"entries": head.position, "head": head.digest}
        output.write_rows([facts], args.format)
    return 0


def import_(args: argparse.Namespace) -> int:
    """Records a file's issuances; prints those that were new."""
    from tf_fingerprint import registry

    with registry.open_store(args.registry, create=True) as store:
        records = registry.import_rows(store, args.file)
        store.flush()
    return _write(records, args)


def export_(args: argparse.Namespace) -> int:
    """Prints all that is known of each issuance."""
    from tf_fingerprint import registry

    with _opened(args) as store:
        rows = registry.export_rows(store, after=args.after, limit=args.limit)
        output.write_rows(rows, args.format)
    return 0


def _opened(args):
    """The registry, which must be there."""
    from tf_fingerprint import registry

    return registry.open_store(args.registry)


def _rows(records):
    """What may be shown of records."""
    now = _now()
    rows = []
    for record in records:
        row = record.to_dict() | {"expired": record.is_expired(now)}
        del row["fingerprint"]
        rows.append(row)
    return rows


def _now():
    return datetime.datetime.now(datetime.UTC)


def _write(records, args):
    output.write_rows(_rows(records), args.format, shown=_LIST_COLUMNS)
    return 0
