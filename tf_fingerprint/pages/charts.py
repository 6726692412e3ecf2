"""Curves as SVG that stands in a page."""

import html
import math
from collections.abc import Sequence
from typing import Any

_OWN, _OTHERS = "#2b6cb0", ("#d9480f", "#2f855a", "#805ad5", "#777777")
_WIDTH, _HEIGHT = 880, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 16, 14, 46


def curve(drawn: Any) -> str:
    """A line with its interval as a band, and others' lines beside.

    Args:
        drawn: An `evaluation.Curve`: name, points with figures, and others'
            points by who published them.

    Returns:
        HTML: the chart, and what its colours mean.
    """
    strengths = [x for x, _ in drawn.points]
    values = [
        value
        for _, figure in drawn.points
        for value in (figure.low, figure.high)
    ]
    for points in drawn.published.values():
        strengths += [x for x, _ in points]
        values += [y for _, y in points]
    across = _Scale(strengths, _LEFT, _WIDTH - _RIGHT, margin=0.02)
    up = _Scale(values, _HEIGHT - _BOTTOM, _TOP, margin=0.06)
    parts = [*_axes(drawn, across, up), *_own(drawn.points, across, up)]
    keys = [_key(_OWN, "this run, with its 95 % interval")]
    for number, (name, points) in enumerate(drawn.published.items()):
        color = _OTHERS[number % len(_OTHERS)]
        parts.append(_line(points, across, up, color, dashed=True))
        keys.append(_key(color, name))
    title = html.escape(drawn.name.replace("_", " "))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{title}">{"".join(parts)}</svg>'
        f'<p class="key">{" ".join(keys)}</p>'
    )


class _Scale:
    """From values to places along an axis."""

    def __init__(self, values: Sequence[float], start, end, *, margin):
        low, high = min(values), max(values)
        width = (high - low) or abs(high) or 1.0
        self.low, self.high = low - margin * width, high + margin * width
        self.start, self.end = start, end

    def __call__(self, value):
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self):
        """Round values within, about five."""
        rough = (self.high - self.low) / 5
        size = 10 ** math.floor(math.log10(rough))
        step = next(s * size for s in (1, 2, 5, 10) if s * size >= rough)
        first = math.ceil(self.low / step)
        count = math.floor(self.high / step) - first + 1
        return [(first + number) * step for number in range(count)]


def _axes(drawn, across, up):
    """Ticks with their numbers, faint lines, and what the axes are."""
    bottom = _HEIGHT - _BOTTOM
    for value in up.ticks():
        place = up(value)
        yield (
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{place:.1f}" '
            f'y2="{place:.1f}" stroke="#ddd"/>'
        )
        yield _text(_LEFT - 8, place + 4, f"{value:.4g}", "end")
    for value in across.ticks():
        yield _text(across(value), bottom + 18, f"{value:.4g}", "middle")
    yield (
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{bottom}" '
        f'y2="{bottom}" stroke="#999"/>'
    )
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield _text(middle, _HEIGHT - 8, drawn.x_label, "middle")
    yield (
        f'<text x="{-(_TOP + bottom) / 2:.1f}" y="14" font-size="13" '
        'fill="#555" text-anchor="middle" transform="rotate(-90)">'
        f"{html.escape(drawn.y_label)}</text>"
    )


def _own(points, across, up):
    """The band, the line, and a mark at each point that says its number."""
    ends = [
        *((x, figure.high) for x, figure in points),
        *((x, figure.low) for x, figure in reversed(points)),
    ]
    band = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in ends)
    yield f'<polygon points="{band}" fill="{_OWN}" fill-opacity=".18"/>'
    yield _line([(x, f.value) for x, f in points], across, up, _OWN)
    for x, figure in points:
        yield (
            f'<circle cx="{across(x):.1f}" cy="{up(figure.value):.1f}" r="3" '
            f'fill="{_OWN}"><title>{x:.4g}: {figure.value:.4g} '
            f"({figure.low:.4g} to {figure.high:.4g})</title></circle>"
        )


def _line(points, across, up, color, *, dashed=False):
    places = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)
    dashes = ' stroke-dasharray="6 4"' if dashed else ""
    return (
        f'<polyline points="{places}" fill="none" stroke="{color}" '
        f'stroke-width="2"{dashes}/>'
    )


def _text(x, y, words, anchor):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="13" fill="#555" '
        f'text-anchor="{anchor}">{html.escape(words)}</text>'
    )


def _key(color, words):
    return (
        f'<span class="swatch" style="background:{color}"></span>'
        f"{html.escape(words)}."
    )
