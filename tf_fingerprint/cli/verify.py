"""The command `verify`: is a copy as it was handed out?"""

import argparse
import pathlib
import sys

from tf_fingerprint.cli import options
from tf_fingerprint.cli import output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `verify` takes."""
    parser.add_argument(
        "folder", metavar="DIR", type=pathlib.Path, help="the copy's folder"
    )
    options.add_key(parser, "--public-key", "of whoever signed the copy")
    parser.add_argument(
        "--registry",
        metavar="URL",
        help="show that the copy was committed to the fingerprint that this "
        "registry holds for it",
    )
    options.add_secret(parser)
    output.add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Checks a copy's files, its signature and its commitment."""
    from export.bundles import verification

    verified = verification.verify(args.folder, public_key=args.public_key)
    commitment, state = "not checked", "not checked"
    if args.registry is not None:
        record = verification.open_commitment(
            args.folder, args.registry, secret=args.secret
        )
        commitment, state = "opens", str(record.state)
        if state not in ("reserved", "issued"):
            print(
                f"tf-fingerprint: {args.folder}: this copy was {state}. Its "
                "recipient may no longer use it.",
                file=sys.stderr,
            )
    files = verified.manifest["files"].values()
    row = {
        "folder": str(args.folder),
        "issuance_id": verified.manifest["issuance_id"],
        "recipient": verified.manifest["recipient"],
        "files": len(files),
        "bytes": sum(each["bytes"] for each in files),
        "signature": verified.signature,
        "commitment": commitment,
        "state": state,
    }
    output.write_rows([row], args.format)
    return 0
