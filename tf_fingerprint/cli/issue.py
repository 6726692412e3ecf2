"""The command `issue`: sealed copies for recipients."""

import argparse
import pathlib

from tf_fingerprint import errors
from tf_fingerprint import paths
from tf_fingerprint.cli import options
from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import values

_COLUMNS = ("id", "recipient", "issued_at", "state", "folder")
_RECORDED_COLUMNS = ("id", "recipient", "state", "issued_at", "expires_at")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `issue` takes."""
    options.add_run(parser)
    _add_recipients(parser)
    options.add_registry(parser, "; made if there is none", required=True)
    options.add_to(
        parser,
        "new or empty folder for the copy; of many, each gets a folder in it, "
        "named after the issuance. Without it, fingerprints are only recorded",
        required=False,
    )
    options.add_expiry(parser)
    parser.add_argument(
        "--untraceable",
        action="store_true",
        help="hand out also what the run reads too few bits of to be traced",
    )
    parser.add_argument(
        "--formats",
        type=_names,
        default=(),
        metavar="LIST",
        help="beside Keras and SavedModel: tflite,onnx",
    )
    options.add_key(
        parser,
        "--sign-with",
        "private key on an elliptic curve, for OpenSSF model-signing",
    )
    options.add_secret(parser)
    parser.add_argument(
        "--workers",
        type=values.positive,
        metavar="N",
        help="processes that write the copies of --recipients (default: one a "
        "core, fewer for few)",
    )
    output.add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Hands sealed copies out; prints issuances, not their fingerprints."""
    _check(args)
    try:
        _check_paths(args)
        opened = starting.load_run(args.run)
        if args.to is not None:
            starting.check_generator(opened)
        if args.reserve or args.to is None:
            return _record(args, opened)
        if args.recipients is None:
            return _hand_out(args, opened)
        return _hand_out_many(args, opened)
    except ValueError as error:
        return args.parser.error(str(error))


def _add_recipients(parser):
    """Whom to, and whether now."""
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--recipient", metavar="NAME", help="who gets the copy")
    who.add_argument(
        "--recipients",
        type=pathlib.Path,
        metavar="FILE",
        help="many, one a line; may be called again after a stop",
    )
    who.add_argument(
        "--reserved",
        metavar="ID",
        help="hand out the copy of an issuance that was only reserved",
    )
    parser.add_argument(
        "--reserve",
        action="store_true",
        help="only record fingerprints; --reserved hands the copy out later, "
        "or --recipients with --to all of a list",
    )
    parser.add_argument(
        "--count",
        type=values.positive,
        metavar="N",
        help="only the first N lines of that file",
    )
    parser.add_argument(
        "--batch",
        metavar="NAME",
        help="names that file, where only fingerprints are recorded; a named "
        "one may grow at its end later",
    )


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
    if args.workers is not None and (args.to is None or not args.recipients):
        args.parser.error(
            "argument --workers: it goes with --recipients and --to"
        )
    if args.reserved is not None and args.expires_at is not None:
        args.parser.error(
            "argument --expires-at: `registry expire` sets that of what is "
            "reserved"
        )


def _check_paths(args):
    """Tells what is not there before TensorFlow is."""
    if args.recipients is not None:
        args.lines = _lines(args.recipients)
        _recipients(args)
    if args.reserved is not None:
        paths.check_registry(args.registry)
    else:
        paths.check_registry_folder(args.registry)
    if args.sign_with is not None:
        from export.bundles import signing

        signing.check_readable(args.sign_with)
    if args.to is not None and args.recipients is None:
        from tf_fingerprint import files

        files.check_new(args.to, "an instance")


def _record(args, run):
    """A fingerprint for one recipient or each of a file, and no copies."""
    from tf_fingerprint import calibration
    from tf_fingerprint import registry
    from tf_fingerprint.issuing import traceability

    how = {
        "generator": run.record,
        "draw": calibration.drawing(run.calibration),
        "expires_at": args.expires_at,
    }
    with registry.open_store(args.registry, create=True) as store:
        if not args.untraceable:
            many = 1 if args.recipient is not None else len(_recipients(args))
            traceability.check(run, store, many)
        if args.recipient is not None:
            records = [registry.issue(store, args.recipient, **how)]
        else:
            batch = args.batch or registry.default_batch(args.lines, run.record)
            records = registry.issue_many(
                store, _recipients(args), batch=batch, **how
            )
        store.flush()
    return _write(args, records)


def _hand_out(args, run):
    """The copy of one recipient, or of what was reserved."""
    copy = {
        "to": args.to,
        "formats": args.formats,
        "sign_with": args.sign_with,
        "secret": args.secret,
        "untraceable": args.untraceable,
    }
    if args.reserved is not None:
        issued = run.hand_out(args.reserved, args.registry, **copy)
    else:
        issued = run.issue(
            args.recipient, args.registry, expires_at=args.expires_at, **copy
        )
    return _write(args, [issued.record], [args.to])


def _hand_out_many(args, run):
    """A copy for each recipient of a file."""
    from tf_fingerprint.issuing import delivery
    from tf_fingerprint.issuing import many

    recipients = _recipients(args)
    issued = many.issue_many(
        delivery.bundle_writer(run, args.formats, args.sign_with),
        recipients,
        args.registry,
        to=args.to,
        secret=args.secret,
        expires_at=args.expires_at,
        workers=args.workers or many.workers_for(len(recipients)),
        untraceable=args.untraceable,
    )
    return _write(
        args,
        [each.record for each in issued],
        [each.folder for each in issued],
    )


def _write(args, records, folders=None):
    """What may be shown of records, and where their copies are."""
    rows = []
    for number, record in enumerate(records):
        row = record.to_dict()
        del row["fingerprint"]
        if folders is not None:
            row["folder"] = str(folders[number])
        rows.append(row)
    shown = _RECORDED_COLUMNS if folders is None else _COLUMNS
    output.write_rows(rows, args.format, shown=shown)
    return 0


def _recipients(args):
    """The first `--count` lines of the file, or all."""
    count = args.count or len(args.lines)
    if count > len(args.lines):
        raise ValueError(
            f"argument --count: must be at most {len(args.lines)}, the lines "
            f"of {args.recipients}. Received {count}"
        )
    return args.lines[:count]


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


def _names(text):
    """Names between commas."""
    return tuple(name for name in text.split(",") if name)
