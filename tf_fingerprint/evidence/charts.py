"""Charts of a report, as SVG that stands in the page."""

from collections.abc import Sequence

from tf_fingerprint import fingerprints

_AGREES, _DISAGREES, _UNKNOWN = "#2b6cb0", "#d9480f", "#777777"
_WIDTH, _HEIGHT = 880, 150


def logits(values: Sequence[float], fingerprint: str | None) -> str:
    """A bar a bit: upwards was read as 1, and the longer the surer.

    Args:
        values: Logits.
        fingerprint: What they are compared with, in hexadecimal; None if with
            nothing, and then no colour says whether they agree.

    Returns:
        HTML.
    """
    expected = [None] * len(values)
    if fingerprint is not None:
        expected = fingerprints.from_hex(fingerprint, len(values)).tolist()
    largest = max(map(abs, values), default=0.0) or 1.0
    step, middle = _WIDTH / len(values), _HEIGHT / 2
    bars = []
    for place, (value, bit) in enumerate(zip(values, expected, strict=True)):
        length = max(1.0, abs(value) / largest * (middle - 4))
        top = middle - length if value > 0 else middle
        color = _UNKNOWN
        if bit is not None:
            color = _AGREES if (value > 0) == bit else _DISAGREES
        bars.append(_bar(place * step, top, step * 0.8, length, color))
    axis = _line(0, middle, _WIDTH, middle)
    key = "Up is 1, down is 0; the longer, the surer."
    if fingerprint is not None:
        key += " Blue agrees with the named fingerprint, orange does not."
    return (
        _svg("What was read, bit by bit", [*bars, axis], _HEIGHT)
        + f'<p class="key">{key}</p>'
    )


def matches(counts: Sequence[int], num_matches: int) -> str:
    """How many photographs match in how many bits, and where the image lies.

    Args:
        counts: Photographs by matching bits, from 0 on.
        num_matches: Matching bits of the image.

    Returns:
        HTML.
    """
    largest = max(counts) or 1
    num_bits = len(counts) - 1
    step = _WIDTH / len(counts)
    bars = [
        _bar(
            place * step,
            _HEIGHT - max(1.5, count / largest * (_HEIGHT - 10)),
            step * 0.9,
            max(1.5, count / largest * (_HEIGHT - 10)),
            _UNKNOWN,
        )
        for place, count in enumerate(counts)
        if count
    ]
    place = (num_matches + 0.5) * step
    marks = [
        _line(0, _HEIGHT, _WIDTH, _HEIGHT),
        f'<line x1="{place:.1f}" y1="0" x2="{place:.1f}" y2="{_HEIGHT}" '
        f'stroke="{_AGREES}" stroke-width="3"/>',
        _text(place, f"here: {num_matches}", num_matches > num_bits / 2),
    ]
    marks += [
        f'<text x="{(bit + 0.5) * step:.1f}" y="{_HEIGHT + 18}" '
        f'font-size="13" text-anchor="{anchor}" fill="#555">{bit}</text>'
        for bit, anchor in (
            (0, "start"),
            (num_bits // 2, "middle"),
            (num_bits, "end"),
        )
    ]
    return (
        _svg("Photographs by matching bits", [*bars, *marks], _HEIGHT + 24)
        + f'<p class="key">Across: matching bits. Highest column: {largest:,} '
        "of them.</p>"
    )


def _text(place, words, is_right):
    """A label beside a mark, on the side where there is room."""
    anchor, offset = ("end", -8) if is_right else ("start", 8)
    return (
        f'<text x="{place + offset:.1f}" y="16" font-size="14" '
        f'text-anchor="{anchor}" fill="{_AGREES}">{words}</text>'
    )


def _bar(left, top, width, height, color):
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" fill="{color}"/>'
    )


def _line(x1, y1, x2, y2):
    return (
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#999" '
        'stroke-width="1"/>'
    )


def _svg(title, parts, height):
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{title}">{"".join(parts)}</svg>'
    )
