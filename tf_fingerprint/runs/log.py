"""The log of a training, `metrics.csv`: read, and drawn."""

import csv
import io
import pathlib

from absl import logging

from tf_fingerprint import files

METRICS = "metrics.csv"
PLOTS = "metrics.png"

# What the log counts by, which is no figure of its own.
_COUNTS = ("epoch", "images")

_COLUMNS = 3


def read(folder: pathlib.Path) -> list[dict[str, float]]:
    """The log of a run directory, a dict an epoch; empty if there is none."""
    path = folder / METRICS
    if not path.is_file():
        return []
    with open(path, newline="") as file:
        return [
            {name: float(value) for name, value in row.items() if value}
            for row in csv.DictReader(file)
        ]


def draw(folder: pathlib.Path) -> pathlib.Path | None:
    """Draws every figure of the log against images seen, as `metrics.png`.

    Returns its path; None if there is nothing to draw, or no matplotlib, as on
    machines that only train.
    """
    rows = read(folder)
    names = list(dict.fromkeys(n for row in rows for n in row))
    names = [name for name in names if name not in _COUNTS]
    if not names:
        return None
    try:
        import matplotlib.figure  # Slow to import.
    except ImportError as error:
        logging.warning("%s: the log is not drawn: %s.", folder, error)
        return None

    across = min(_COLUMNS, len(names))
    down = -(-len(names) // across)
    figure = matplotlib.figure.Figure(
        (4 * across, 2.4 * down), layout="constrained"
    )
    panels = figure.subplots(down, across, squeeze=False, sharex=True)
    for axes in panels.flat[len(names) :]:
        axes.remove()
    for name, axes in zip(names, panels.flat, strict=False):
        points = [
            (row.get("images", row.get("epoch", 0)), row[name])
            for row in rows
            if name in row
        ]
        axes.plot(*zip(*points, strict=True), ".-", markersize=3)
        axes.set_title(name.replace("_", " "), fontsize=10)
        axes.grid(axis="y", color="#ddd")
    figure.supxlabel("images seen")
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=110)
    files.write(folder / PLOTS, drawn.getvalue())
    return folder / PLOTS
