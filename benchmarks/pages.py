"""Puts what was measured as tables into the pages that speak of it."""

import os
import pathlib
import re
from collections.abc import Sequence

import results_file

DOCS = results_file.ROOT / "docs"


def fill(
    page: str,
    name: str,
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    folder: pathlib.Path = DOCS,
) -> pathlib.Path:
    """Replaces a table of a page, wholly or not at all.

    Args:
        page: Its file's name. Where the table goes stand `<!-- NAME -->` and
            `<!-- end NAME -->` on lines of their own.
        name: Of the table.
        header: What stands above the columns.
        rows: Cells; numbers are written with three digits.
        folder: Where the pages are.

    Returns:
        The page.

    Raises:
        ValueError: If the page has no such place.
    """
    path = pathlib.Path(folder, page)
    lines = [header, ["---"] * len(header), *rows]
    table = "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)
    text, count = re.subn(
        rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)",
        lambda match: f"{match[1]}{table}\n{match[2]}",
        path.read_text("utf-8"),
        flags=re.DOTALL,
    )
    if count != 1:
        raise ValueError(
            f"{path} must have one place for the table `{name}`. Found {count}."
        )
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, "utf-8")
    draft.replace(path)
    return path


def _cell(value):
    if isinstance(value, float):
        return f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
