"""Handing out and checking: the commands `issue` and `verify`."""

import argparse

from tf_fingerprint import errors
from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting

_COLUMNS = ("id", "recipient", "issued_at", "state", "folder")
_RECORDED_COLUMNS = ("id", "recipient", "state", "issued_at", "expires_at")


def issue(args: argparse.Namespace) -> int:
    """Hands sealed copies out; prints issuances, not their fingerprints."""
    _check(args)
    run = starting.load_run(args.run)
    if args.to is not None:
        starting.check_generator(run)
    try:
        if args.reserved is not None:
            return _hand_out(args, run)
        if args.recipient is not None and args.reserve:
            return _reserve(args, run)
        if args.recipient is not None:
            return _issue_to_one(args, run)
        if args.to is not None:
            return _issue_to_many(args, run)
        return _record_many(args, run)
    except ValueError as error:
        args.parser.error(str(error))


def verify(args: argparse.Namespace) -> int:
    """Checks a copy's files, its signature and its commitment."""
    from export.bundles import verification

    verified = verification.verify(args.folder, public_key=args.public_key)
    commitment = "not checked"
    if args.registry is not None:
        verification.open_commitment(
            args.folder, args.registry, secret=args.secret
        )
        commitment = "opens"
    files = verified.manifest["files"].values()
    row = {
        "folder": str(args.folder),
        "issuance_id": verified.manifest["issuance_id"],
        "recipient": verified.manifest["recipient"],
        "files": len(files),
        "bytes": sum(each["bytes"] for each in files),
        "signature": verified.signature,
        "commitment": commitment,
    }
    output.write_rows([row], args.format)
    return 0


def _check(args):
    """Usage errors that argparse can't tell by itself."""
    if args.reserve:
        if args.reserved is not None:
            args.parser.error("argument --reserve: not with --reserved")
        for name in ("to", "formats", "sign_with", "secret"):
            if getattr(args, name):
                option = name.replace("_", "-")
                args.parser.error(
                    f"argument --{option}: it goes with the copy, and "
                    "--reserve makes none"
                )
    elif args.to is None and args.recipients is None:
        given = "recipient" if args.recipient is not None else "reserved"
        args.parser.error(f"--{given} needs --to, the folder for the copy")
    if args.reserved is not None and args.expires_at is not None:
        args.parser.error(
            "argument --expires-at: `registry expire` sets that of what is "
            "reserved"
        )


def _reserve(args, run):
    """A fingerprint for one recipient, and no copy."""
    from tf_fingerprint import calibration
    from tf_fingerprint import registry

    with registry.open_store(args.registry, create=True) as store:
        _check_traceable(args, run, store, 1)
        record = registry.issue(
            store,
            args.recipient,
            generator=run.record,
            draw=calibration.drawing(run.calibration),
            expires_at=args.expires_at,
        )
        store.flush()
    output.write_rows([_row(record)], args.format, shown=_RECORDED_COLUMNS)
    return 0


def _hand_out(args, run):
    """The copy of what was reserved."""
    issued = run.hand_out(
        args.reserved,
        args.registry,
        to=args.to,
        formats=args.formats,
        sign_with=args.sign_with,
        secret=args.secret,
        untraceable=args.untraceable,
    )
    return _write_one(issued, args)


def _issue_to_one(args, run):
    issued = run.issue(
        args.recipient,
        args.registry,
        to=args.to,
        formats=args.formats,
        sign_with=args.sign_with,
        secret=args.secret,
        expires_at=args.expires_at,
        untraceable=args.untraceable,
    )
    return _write_one(issued, args)


def _write_one(issued, args):
    rows = [_row(issued.record) | {"folder": str(args.to)}]
    output.write_rows(rows, args.format, shown=_COLUMNS)
    return 0


def _issue_to_many(args, run):
    """A bundle for each recipient of a file."""
    from tf_fingerprint.issuing import delivery
    from tf_fingerprint.issuing import many as bulk

    recipients = _recipients(args)
    issued = bulk.issue_many(
        delivery.bundle_writer(run, args.formats, args.sign_with),
        recipients,
        args.registry,
        to=args.to,
        secret=args.secret,
        expires_at=args.expires_at,
        workers=bulk.workers_for(len(recipients)),
        untraceable=args.untraceable,
    )
    rows = [_row(each.record) | {"folder": str(each.folder)} for each in issued]
    output.write_rows(rows, args.format, shown=_COLUMNS)
    return 0


def _record_many(args, run):
    """A fingerprint for each recipient of a file, and no copies."""
    from tf_fingerprint import calibration
    from tf_fingerprint import registry

    recipients = _recipients(args)
    batch = args.batch or registry.default_batch(
        _lines(args.recipients), run.record
    )
    with registry.open_store(args.registry, create=True) as store:
        _check_traceable(args, run, store, len(recipients))
        records = registry.issue_many(
            store,
            recipients,
            generator=run.record,
            batch=batch,
            draw=calibration.drawing(run.calibration),
            expires_at=args.expires_at,
        )
        store.flush()
    rows = [_row(record) for record in records]
    output.write_rows(rows, args.format, shown=_RECORDED_COLUMNS)
    return 0


def _check_traceable(args, run, store, num_more):
    from tf_fingerprint.issuing import traceability

    if not args.untraceable:
        traceability.check(run, store, num_more)


def _row(record):
    """What may be shown of a record."""
    row = record.to_dict()
    del row["fingerprint"]
    return row


def _recipients(args):
    """The first `--count` lines of the file, or all."""
    recipients = _lines(args.recipients)
    count = args.count or len(recipients)
    if count > len(recipients):
        raise ValueError(
            f"argument --count: must be at most {len(recipients)}, the lines "
            f"of {args.recipients}. Received {count}"
        )
    return recipients[:count]


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
