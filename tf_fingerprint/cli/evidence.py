"""Evidence on the command line: written by `attribute`, checked by others."""

import argparse
import contextlib
import itertools
import pathlib
from collections.abc import Iterator

from tf_fingerprint.cli import output


def add_evidence(parser: argparse.ArgumentParser, registry_help: str) -> None:
    """Adds what `evidence` takes.

    Args:
        parser: Of that command.
        registry_help: What a registry is.
    """
    parser.add_argument("action", choices=("verify",))
    parser.add_argument(
        "folder",
        type=pathlib.Path,
        metavar="DIR",
        help="what `attribute --evidence` wrote",
    )
    parser.add_argument(
        "--registry",
        metavar="URL",
        help=f"{registry_help}; without it, reports are only checked against "
        "what lies beside them",
    )
    parser.add_argument(
        "--public-key",
        type=pathlib.Path,
        metavar="KEY.pem",
        help="of whoever signed the evidence",
    )
    output.add_format(parser)
    parser.set_defaults(command=verify)


def add_keeping(parser: argparse.ArgumentParser) -> None:
    """Adds what `attribute` takes about evidence."""
    parser.add_argument(
        "--evidence",
        type=pathlib.Path,
        metavar="DIR",
        help="new or empty folder for a report on each image, and with "
        "--combine on all together, that others can check with `evidence "
        "verify`",
    )
    parser.add_argument(
        "--sign-with",
        type=pathlib.Path,
        metavar="KEY.pem",
        help="sign the evidence with this private key on an elliptic curve, "
        "for OpenSSF model-signing",
    )


def verify(args: argparse.Namespace) -> int:
    """Recomputes reports; prints what each found, stops where one differs."""
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


@contextlib.contextmanager
def evidence_of(args: argparse.Namespace, judge, head) -> Iterator:
    """What keeps the evidence of `attribute`, if it is wanted.

    Args:
        args: Of `attribute`.
        judge: `calibration.Judge`.
        head: `registry.Head` of the registry that it judges by.

    Yields:
        `evidence.Evidence`, or None.

    Raises:
        errors.EvidenceError: If the folder holds something.
        errors.ExportError: If the key can't be read, or the extra `signing` is
            not installed.
    """
    if args.evidence is None:
        yield None
        return
    from tf_fingerprint import evidence

    sign = None
    if args.sign_with is not None:
        from export.bundles import signing

        sign = signing.Signer(args.sign_with).sign
    with evidence.Evidence(args.evidence, judge, head, sign=sign) as kept:
        yield kept
