"""What the commands on registries do, without TensorFlow.

They are named after the command, with a `_`.
"""

import argparse

from tf_fingerprint.cli import output

STATES = ("reserved", "issued", "revoked", "retired")

_LIST_COLUMNS = ("id", "recipient", "state", "issued_at", "expires_at")


def list_(args: argparse.Namespace) -> int:
    """Prints issuances, without their fingerprints."""
    with _opened(args) as store:
        records = store.issuances(
            generator_digest=args.generator,
            state=args.state,
            batch=args.batch,
            after=args.after,
            limit=args.limit,
        )
    output.write_rows(_rows(records), args.format, shown=_LIST_COLUMNS)
    return 0


def show_(args: argparse.Namespace) -> int:
    """Prints an issuance and its history, without its fingerprint."""
    with _opened(args) as store:
        [facts] = _rows([store.issuance(args.id)])
        history = [event.to_dict() for event in store.events(args.id)]
    for event in history:
        event.get("issuance", {}).pop("fingerprint", None)
    output.write_facts(facts | {"history": history}, args.format)
    return 0


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


def verify_(args: argparse.Namespace) -> int:
    """Checks everything; prints how much, and the newest digest."""
    with _opened(args) as store:
        head = store.verify(args.head)
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
    rows = [record.to_dict() for record in records]
    for row in rows:
        del row["fingerprint"]
    return rows


def _write(records, args):
    output.write_rows(_rows(records), args.format, shown=_LIST_COLUMNS)
    return 0
