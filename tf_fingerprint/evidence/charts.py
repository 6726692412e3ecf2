"""Where the bars and marks of a report's charts lie."""

from collections.abc import Sequence
from typing import Any

from tf_fingerprint import fingerprints

_AGREES, _DISAGREES, _UNKNOWN = "#2b6cb0", "#d9480f", "#777777"
_SIZE = {"width": 880, "height": 150}
_WIDTH, _HEIGHT = _SIZE.values()


def logits(values: Sequence[float], fingerprint: str | None) -> dict[str, Any]:
    """A bar a bit: upwards was read as 1, and the longer the surer.

    `fingerprint`: what they are compared with, in hexadecimal; None if with
    nothing, and then no colour says whether they agree.
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
        bars.append((place * step, top, step * 0.8, length, color))
    return _SIZE | {"bars": bars}


def matches(counts: Sequence[int], num_matches: int) -> dict[str, Any]:
    """How many photographs match in how many bits, and where the image lies.

    `counts`: photographs by matching bits, from 0 on.
    """
    largest, num_bits = max(counts) or 1, len(counts) - 1
    step = _WIDTH / len(counts)
    heights = [max(1.5, each / largest * (_HEIGHT - 10)) for each in counts]
    # The label is on the side of the mark where there is room.
    is_right = num_matches > num_bits / 2
    ticks = ((0, "start"), (num_bits // 2, "middle"), (num_bits, "end"))
    return _SIZE | {
        "bars": [
            (place * step, _HEIGHT - height, step * 0.9, height, _UNKNOWN)
            for place, height in enumerate(heights)
            if counts[place]
        ],
        "mark": (num_matches + 0.5) * step,
        "offset": -8 if is_right else 8,
        "anchor": "end" if is_right else "start",
        "color": _AGREES,
        "matches": num_matches,
        "ticks": [((bit + 0.5) * step, bit, anchor) for bit, anchor in ticks],
        "largest": largest,
    }
