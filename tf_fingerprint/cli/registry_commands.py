"""What the commands on registries do; no TensorFlow but in issuing to a list.

Those of `registry` are named after the command, with a `_`.
"""

import argparse

from tf_fingerprint import errors
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


def issue_to_list(args: argparse.Namespace, generator) -> int:
    """Records a fingerprint for each recipient of a file; prints them.

    Args:
        args: Of `issue`.
        generator: What is issued from, as a registry knows it.

    Returns:
        The exit status.
    """
    from tf_fingerprint import registry

    recipients = _lines(args.recipients)
    count = args.count or len(recipients)
    if count > len(recipients):
        args.parser.error(
            f"argument --count: must be at most {len(recipients)}, the lines "
            f"of {args.recipients}. Received {count}"
        )
    batch = args.batch or registry.default_batch(recipients, generator)
    try:
        with registry.open_store(args.registry, create=True) as store:
            records = registry.issue_many(
                store,
                recipients[:count],
                generator=generator,
                batch=batch,
                expires_at=args.expires_at,
            )
            store.flush()
    except ValueError as error:
        args.parser.error(f"argument --recipients: {error}")
    return _write(records, args)


def _lines(path):
    """The lines of a text, told apart by line feeds alone."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise errors.RegistryError(
            f"{path}: the recipients can't be read. {error.strerror}."
        ) from error
    except ValueError as error:
        raise errors.RegistryError(
            f"{path}: the recipients must be text in UTF-8, one a line. {error}"
        ) from error
    lines = text.removesuffix("\n").split("\n") if text else []
    return [line.removesuffix("\r") for line in lines]


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
