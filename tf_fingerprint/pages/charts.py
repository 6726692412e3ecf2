"""Curves as SVG that stands in a page."""

import io
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import markupsafe

Point = tuple[float, float]

_OWN, _OTHERS = "#2b6cb0", ("#d9480f", "#2f855a", "#805ad5", "#777777")
_STYLE: Any = {
    "axes.edgecolor": "#999",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": "#555",
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "sans-serif",
    "grid.color": "#ddd",
    "legend.frameon": False,
    "svg.fonttype": "none",
    # The same curve is the same file.
    "svg.hashsalt": "curve",
    "text.parse_math": False,
    "xtick.color": "#555",
    "ytick.color": "#555",
    "ytick.left": False,
}


def curve(
    x_label: str,
    y_label: str,
    points: Sequence[tuple[float, float, float, float]],
    others: Mapping[str, Sequence[Point]],
) -> markupsafe.Markup:
    """`<svg>` of a line with its interval as a band, and others' beside."""
    import matplotlib  # Slow to import; most pages have no curve.
    import matplotlib.figure

    xs, values, lows, highs = zip(*points, strict=True)
    drawn = io.StringIO()
    with matplotlib.rc_context(_STYLE):
        figure = matplotlib.figure.Figure((9, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.set(xlabel=x_label, ylabel=y_label)
        axes.fill_between(xs, lows, highs, color=_OWN, alpha=0.18, linewidth=0)
        label = "this run, with its 95 % interval"
        axes.plot(xs, values, "o-", color=_OWN, markersize=4, label=label)
        for place, (name, pairs) in enumerate(others.items()):
            color = _OTHERS[place % len(_OTHERS)]
            axes.plot(*zip(*pairs, strict=True), "--", color=color, label=name)
        figure.legend(loc="outside upper left", ncols=2)
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(drawn, format="svg", metadata=nothing)
    return markupsafe.Markup("<svg" + drawn.getvalue().partition("<svg")[2])
