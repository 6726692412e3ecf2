"""The command `evidence`: reports of `attribute`, checked by others."""

import argparse
import itertools
import pathlib

from tf_fingerprint import errors
from tf_fingerprint import paths
from tf_fingerprint.cli import options
from tf_fingerprint.cli import output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `evidence` takes."""
    parser.add_argument(
        "action", choices=("verify",), help="recompute all that reports say"
    )
    parser.add_argument(
        "folder",
        type=pathlib.Path,
        metavar="DIR",
        help="what `attribute --evidence` wrote",
    )
    options.add_registry(
        parser,
        "; without it, reports are only checked against what lies beside them",
    )
    options.add_key(parser, "--public-key", "of whoever signed the evidence")
    output.add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Recomputes reports; prints what each found, stops where one differs."""
    if not args.folder.is_dir():
        raise errors.EvidenceError(
            f"{args.folder}: there is no such folder. It must hold what "
            "`attribute --evidence` wrote. Check the path."
        )
    if args.registry is not None:
        paths.check_registry(args.registry)
    from tf_fingerprint import evidence

    checked = "all" if args.registry else "all but the registry"
    found = evidence.verify(args.folder, args.registry)
    # Digests first, which name what was changed; then who vouches for them.
    first = next(found)
    signature = _signature(args)
    rows = (
        {
            "report": name,
            "finding": finding,
            "checked": checked,
            "signature": signature,
        }
        for name, finding in itertools.chain([first], found)
    )
    output.write_rows(rows, args.format)
    return 0


def _signature(args):
    """Whether the evidence is signed, and by the owner of the key if given."""
    from tf_fingerprint.evidence import folders

    if args.public_key is None:
        is_signed = (args.folder / folders.SIGNATURE).exists()
        return "not checked" if is_signed else "none"
    # The command line reaches out of the package, and only when needed.
    from export.bundles import signing

    signing.check(args.folder, args.public_key, what="evidence")
    return "valid"
