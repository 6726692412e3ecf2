"""`python -m export`: what is done for many, and by programs."""

import argparse
import json
import pathlib
import sys
from collections.abc import Sequence

from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint.cli import issuing_arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns 0, or 1 after telling on stderr what failed."""
    args = _parser().parse_args(argv)
    try:
        return args.command(args)
    except errors.FingerprintError as error:
        print(f"export: {error}", file=sys.stderr)
        return 1


def bundle(args: argparse.Namespace) -> int:
    """Writes a bundle for every recipient; prints one JSON object each."""
    from tf_fingerprint.cli import starting

    starting.import_tensorflow()
    from export.bundles import writer as bundles
    from tf_fingerprint.issuing import many as bulk

    names = list(args.recipient)
    if args.recipients is not None:
        names += args.recipients.read_text(encoding="utf-8").splitlines()
    try:
        writer = bundles.BundleWriter(
            methods.load(args.run),
            formats=args.formats,
            sign_with=args.sign_with,
        )
        issued = bulk.issue_many(
            writer,
            names,
            args.registry,
            to=args.to,
            secret=args.secret,
            workers=args.workers or bulk.workers_for(len(names)),
            untraceable=args.untraceable,
        )
    except ValueError as error:
        args.parser.error(str(error))
    for each in issued:
        row = each.record.to_dict() | {"folder": str(each.folder)}
        del row["fingerprint"]
        print(json.dumps(row, ensure_ascii=False))
    return 0


def deployment(args: argparse.Namespace) -> int:
    """Writes what servers of published models need; prints the files."""
    from tf_fingerprint.cli import starting

    starting.import_tensorflow()
    from export.publishing import deployment as deployments

    for path in deployments.write_deployment(
        args.models_dir, args.to, batching=args.batching
    ):
        print(path)
    return 0


def docs(args: argparse.Namespace) -> int:
    """Writes the documentation of requests and responses."""
    from tf_fingerprint.cli import starting

    starting.import_tensorflow()
    from export.servables import contracts

    args.to.write_text(contracts.to_markdown(), encoding="utf-8")
    return 0


def _parser():
    main = argparse.ArgumentParser(
        prog="python -m export", description=__doc__, allow_abbrev=False
    )
    adding = main.add_subparsers(required=True, metavar="COMMAND")
    purpose = "hand sealed copies to many recipients"
    parser = adding.add_parser(
        "bundle", help=purpose, description=purpose, allow_abbrev=False
    )
    parser.add_argument("run", metavar="RUN")
    parser.add_argument(
        "--recipient",
        action="append",
        default=[],
        metavar="NAME",
        help="repeatable",
    )
    parser.add_argument(
        "--recipients",
        type=pathlib.Path,
        metavar="FILE",
        help="one name a line",
    )
    parser.add_argument("--registry", required=True, metavar="URL")
    parser.add_argument(
        "--to",
        required=True,
        type=pathlib.Path,
        metavar="DIR",
        help="folder for the bundles, each named after its issuance",
    )
    issuing_arguments.add_untraceable(parser)
    issuing_arguments.add_bundle_options(parser)
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes that write (default: one a core, fewer for few)",
    )
    parser.set_defaults(command=bundle, parser=parser)
    _add_deployment(adding)
    _add_docs(adding)
    return main


def _add_deployment(adding):
    purpose = "write configuration of TensorFlow Serving and of a proxy"
    parser = adding.add_parser(
        "deployment", help=purpose, description=purpose, allow_abbrev=False
    )
    parser.add_argument(
        "models_dir",
        type=pathlib.Path,
        metavar="MODELS_DIR",
        help="holds a base directory for each model",
    )
    parser.add_argument("--to", required=True, type=pathlib.Path, metavar="DIR")
    parser.add_argument(
        "--batching",
        action="store_true",
        help="let servers merge requests; only where all clients are your own",
    )
    parser.set_defaults(command=deployment)


def _add_docs(adding):
    purpose = "write the documentation of requests and responses"
    parser = adding.add_parser(
        "docs", help=purpose, description=purpose, allow_abbrev=False
    )
    parser.add_argument(
        "--to",
        type=pathlib.Path,
        default=pathlib.Path("docs", "serving.md"),
        metavar="FILE",
    )
    parser.set_defaults(command=docs)


if __name__ == "__main__":
    sys.exit(main())
