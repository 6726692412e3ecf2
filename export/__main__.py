"""`python -m export`, from before `tf-fingerprint` did all that it does."""

import argparse
import pathlib
import sys
import tempfile
from collections.abc import Sequence

from tf_fingerprint import cli

_REPLACED_BY = {
    "bundle": "issue --recipients FILE",
    "deployment": "deployment",
    "docs": "docs",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command by `tf-fingerprint`, and says so; see `cli.main`."""
    parser = argparse.ArgumentParser(
        prog="python -m export", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("command", choices=_REPLACED_BY)
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    args = parser.parse_args(argv)
    print(
        "export: this is now `tf-fingerprint "
        f"{_REPLACED_BY[args.command]}`; it goes on working.",
        file=sys.stderr,
    )
    if args.command == "bundle":
        return _bundle(args.rest)
    return cli.main([args.command, *args.rest])


def _bundle(argv):
    """Issues to all names, as one list; prints JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m export bundle", add_help=False, allow_abbrev=False
    )
    parser.add_argument("--recipient", action="append", default=[])
    parser.add_argument("--recipients", type=pathlib.Path)
    parser.add_argument("--to", required="--help" not in argv)
    args, rest = parser.parse_known_args(argv)
    names = args.recipient
    if args.recipients is not None:
        names += args.recipients.read_text(encoding="utf-8").splitlines()
    if any("\n" in name for name in names):
        parser.error("argument --recipient: a name must not span lines")
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.writelines(f"{name}\n" for name in names)
        file.flush()
        return cli.main(
            ["issue", *rest, "--recipients", file.name]
            + ["--to", str(args.to), "--format", "json"]
        )


if __name__ == "__main__":
    sys.exit(main())
