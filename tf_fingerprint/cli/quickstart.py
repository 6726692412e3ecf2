"""The command `quickstart`: the whole workflow, on pretrained weights."""

import argparse
import pathlib

from absl import logging

from tf_fingerprint.cli import options
from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting

_COLUMNS = (
    *("recipient", "format", "right", "wrong", "nobody"),
    *("bit_accuracy", "median_p_value"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `quickstart` takes."""
    parser.add_argument(
        "--to",
        type=pathlib.Path,
        default=pathlib.Path("quickstart"),
        metavar="DIR",
        help="folder for everything; an earlier quickstart there is replaced "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--run", default="pretrained", metavar="RUN", help=options.RUN_HELP
    )
    output.add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Shows the whole workflow; prints how the pictures were attributed."""
    from tf_fingerprint import methods

    methods.find(args.run)
    starting.import_tensorflow()
    from tf_fingerprint import quickstart

    summary = quickstart.quickstart(args.to, run=args.run)
    if args.format == "json":
        output.write_facts(summary, "json")
    else:
        rows = [*summary["by_recipient"], _photograph_row(summary)]
        output.write_rows(rows, args.format, shown=_COLUMNS)
    logging.info("The report is %s", args.to / "report.html")
    return 0


def _photograph_row(summary):
    """The photograph as another row among the tallies."""
    verdict = summary["photograph"]
    return {
        "recipient": "(a photograph)",
        "format": "jpeg",
        "right": None,
        "wrong": int(verdict["recipient"] is not None),
        "nobody": int(verdict["recipient"] is None),
        "bit_accuracy": None,
        "median_p_value": verdict["p_value"],
    }
