"""An evaluation as one HTML page that needs nothing beside it."""

import base64
import html
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from tf_fingerprint.evaluation.report.reports import SuiteReport
from tf_fingerprint.pages import charts


def page(
    facts: Mapping[str, Any],
    suites: Sequence[SuiteReport],
    folder: pathlib.Path,
) -> str:
    """The page of a report.

    Args:
        facts: What `report.json` holds beside the suites.
        suites: What they came to.
        folder: Of the report, where the grids' files are.

    Returns:
        HTML, with all pictures in it.
    """
    links = " ".join(
        f'<a href="#{html.escape(each.suite)}">{html.escape(each.suite)}</a>'
        for each in suites
    )
    return _PAGE.format(
        style=_STYLE,
        links=links,
        facts=_facts(facts),
        suites="\n".join(_suite(each, folder) for each in suites),
        made_at=html.escape(facts["made_at"]),
    )


def number(value: float) -> str:
    """A number as tables show it.

    Args:
        value: Any.

    Returns:
        Four digits that count; those before the point in groups.

    Example:

    >>> number(0.99162), number(1130.3), number(1e-7)
    ('0.9916', '1,130', '1e-07')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _facts(facts):
    """What was measured, with what, in a table."""
    rows = []
    for part in ("run", "photographs", "options", "versions"):
        for name, value in (facts[part] or {}).items():
            label = f"{part}: {name.replace('_', ' ')}"
            shown = "none" if value is None else value
            rows.append(
                f"<tr><th>{html.escape(label)}</th>"
                f"<td>{html.escape(str(shown))}</td></tr>"
            )
    return f'<table class="facts">{"".join(rows)}</table>'


def _suite(suite, folder):
    """One suite: figures, curves, pictures."""
    parts = [
        f'<section id="{html.escape(suite.suite)}">'
        f"<h2>{html.escape(suite.suite.capitalize())}</h2>"
    ]
    if suite.figures:
        parts.append(_table(suite.figures))
    for curve in suite.curves:
        heading = html.escape(curve.name.replace("_", " "))
        parts.append(f"<h3>{heading}</h3>{charts.curve(curve)}")
        parts.append(_points(curve))
    parts += [_grid(grid, folder) for grid in suite.grids]
    parts.append(
        f'<p class="key">Finished at {html.escape(suite.made_at)} after '
        f"{suite.seconds:,.0f} seconds.</p></section>"
    )
    return "\n".join(parts)


def _table(figures):
    rows = "".join(
        f"<tr>{_cell(figure.name.replace('_', ' '))}"
        f"{_cell(number(figure.value))}"
        f"{_cell(f'{number(figure.low)} to {number(figure.high)}')}"
        f"{_cell(figure.unit)}{_cell(f'{figure.pictures:,}')}"
        f"{_cell(f'{figure.fingerprints:,}')}</tr>"
        for figure in figures
    )
    return (
        '<div class="scroll"><table class="figures"><tr><th>figure</th>'
        "<th>value</th><th>95 % interval</th><th>unit</th><th>pictures</th>"
        f"<th>fingerprints</th></tr>{rows}</table></div>"
    )


def _points(curve):
    """The curve's numbers, for those who want them."""
    rows = "".join(
        f"<tr>{_cell(number(x))}{_cell(number(figure.value))}"
        f"{_cell(f'{number(figure.low)} to {number(figure.high)}')}"
        f"{_cell(f'{figure.pictures:,}')}{_cell(f'{figure.fingerprints:,}')}"
        "</tr>"
        for x, figure in curve.points
    )
    return (
        "<details><summary>In numbers</summary>"
        '<div class="scroll"><table class="figures">'
        f"<tr><th>{html.escape(curve.x_label)}</th>"
        "<th>value</th><th>95 % interval</th><th>pictures</th>"
        f"<th>fingerprints</th></tr>{rows}</table></div></details>"
    )


def _grid(grid, folder):
    content = base64.b64encode((folder / grid.file).read_bytes()).decode()
    rows = html.escape("; ".join(grid.rows))
    caption = html.escape(grid.caption)
    heading = html.escape(grid.name.replace("_", " "))
    return (
        f"<figure><h3>{heading}</h3>"
        f'<img src="data:image/png;base64,{content}" alt="Rows: {rows}">'
        f"<figcaption>Rows, from above: {rows}. {caption}</figcaption></figure>"
    )


def _cell(value):
    return f"<td>{html.escape(value)}</td>"


_STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 58rem; color: #1c1c1c;
  margin: 0 auto; padding: 1.5rem; background: #fff; }
h1 { font-size: 1.7rem; line-height: 1.2; margin-bottom: .3rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .3rem; }
nav a { margin-right: 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top;
  border-bottom: 1px solid #ddd; }
.facts th { width: 34%; font-weight: 600; }
.facts td { overflow-wrap: anywhere; }
.figures { font-variant-numeric: tabular-nums; }
.figures td { white-space: nowrap; }
.figures td:nth-last-child(-n+2), .figures th:nth-last-child(-n+2) {
  text-align: right; }
svg { width: 100%; height: auto; display: block; }
.swatch { display: inline-block; width: .8rem; height: .8rem;
  margin: 0 .35rem 0 .6rem; }
.key, figcaption, footer { font-size: .85rem; color: #555; }
figure { margin: 0; }
figure img { max-width: 100%; height: auto; image-rendering: pixelated; }
summary { cursor: pointer; font-size: .9rem; }
footer { margin-top: 2.5rem; }
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What was measured</title>
<style>{style}</style>
</head>
<body>
<h1>What was measured</h1>
<p>Each number has an interval that covers the true one 95 times in 100, and
says how many pictures and fingerprints it rests on.</p>
<nav>{links}</nav>
{suites}
<h2>Of what, and how</h2>
{facts}
<footer>Written at {made_at}. The same in figures: report.json.</footer>
</body>
</html>
"""
