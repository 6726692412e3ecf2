"""An evaluation as one HTML page that needs nothing beside it."""

import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from tf_fingerprint.evaluation.report.reports import SuiteReport
from tf_fingerprint.pages import charts
from tf_fingerprint.pages import template


def page(
    facts: Mapping[str, Any],
    suites: Sequence[SuiteReport],
    folder: pathlib.Path,
) -> str:
    """The page of a report, whose grids' files are in `folder`."""
    return template.render(
        "evaluation.html",
        facts=facts,
        suites=suites,
        draw=draw,
        read=lambda grid: (folder / grid.file).read_bytes(),
    )


def draw(curve: Any) -> str:
    """The chart of a `Curve`."""
    points = [(x, each.value, each.low, each.high) for x, each in curve.points]
    return charts.curve(curve.x_label, curve.y_label, points, curve.published)
