"""Evidence on the command line: written by `attribute`, checked by others."""

import argparse
import contextlib
import pathlib
from collections.abc import Callable
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
    output.add_format(parser)
    parser.set_defaults(command=verify)


def verify(args: argparse.Namespace) -> int:
    """Recomputes reports; prints what each found, stops where one differs."""
    from tf_fingerprint import evidence

    checked = "all" if args.registry else "all but the registry"
    rows = (
        {"report": name, "finding": finding, "checked": checked}
        for name, finding in evidence.verify(args.folder, args.registry)
    )
    output.write_rows(rows, args.format)
    return 0


@contextlib.contextmanager
def evidence_of(
    args: argparse.Namespace, judge, head
) -> Iterator[Callable | None]:
    """What keeps the evidence of `attribute`, if it is wanted.

    Args:
        args: Of `attribute`.
        judge: `calibration.Judge`.
        head: `registry.Head` of the registry that it judges by.

    Yields:
        `Evidence.add`, or None.

    Raises:
        errors.EvidenceError: If the folder holds something.
    """
    if args.evidence is None:
        yield None
        return
    from tf_fingerprint import evidence

    with evidence.Evidence(args.evidence, judge, head) as kept:
        yield kept.add
