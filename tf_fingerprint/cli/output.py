"""Results on stdout: as a table, as JSON or as CSV."""

import argparse
import csv
import json
import sys
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

FORMATS = ("table", "json", "csv")

Row = Mapping[str, Any]


def add_format(parser: argparse.ArgumentParser) -> None:
    """Adds `--format`."""
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="table",
        help="of the result on stdout (default: %(default)s); json is one "
        "object a line",
    )


def write_rows(
    rows: Iterable[Row], form: str, *, shown: Iterable[str] | None = None
) -> None:
    """Writes rows that all have the same keys; JSON and CSV as they come.

    `shown`: keys that a table has room for; all if not given.
    """
    if form == "json":
        for row in rows:
            print(json.dumps(row, ensure_ascii=False), flush=True)
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        for number, row in enumerate(rows):
            if number == 0:
                writer.writerow(row)
            writer.writerow("" if v is None else v for v in row.values())
            sys.stdout.flush()
    else:
        rows = list(rows)
        keys = list(shown or (rows[0] if rows else ()))
        _write_table(keys, [[row[key] for key in keys] for row in rows])


def write_facts(facts: Mapping[str, Any], form: str) -> None:
    """Writes nested facts: JSON as they are, else one `name.of.fact` a line."""
    if form == "json":
        print(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        rows = ({"name": name, "value": v} for name, v in _flat(facts))
        write_rows(rows, form)


def _flat(facts, prefix=""):
    """Pairs of a dotted name and a value."""
    items = facts.items() if isinstance(facts, Mapping) else enumerate(facts)
    for key, value in items:
        if isinstance(value, Mapping | list):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _write_table(header, rows):
    """Columns as wide as they must be, numbers to the right."""
    if not rows:
        return
    cells = [[_cell(value) for value in row] for row in rows]
    lines = [[key.replace("_", " ") for key in header], *cells]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    numbers = [
        all(isinstance(value, int | float | None) for value in column)
        for column in zip(*rows, strict=True)
    ]
    for line in lines:
        padded = (
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(
                line, widths, numbers, strict=True
            )
        )
        print("  ".join(padded).rstrip())


def _cell(value):
    """A value as a table shows it."""
    if value is None:
        return "-"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
