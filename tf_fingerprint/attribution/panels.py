"""Where pictures lie within a picture: margins, bars, gaps and seams.

Everything here follows from the pixels alone, before anything is decoded, so
that it costs no odds but for the number of places that come of it. Boxes are
`(left, top, right, bottom)`, as Pillow has them.

Reference:
    Nagy and Seth, 1984, Hierarchical representation of optically scanned
    documents: the recursive X-Y cut.
"""

import numpy as np
import numpy.typing as npt

from tf_fingerprint.data import reading

Box = tuple[int, int, int, int]
Pixels = npt.NDArray[np.uint8]

# Levels by which a flat line may vary, as after JPEG.
_FLAT_LEVELS = 20

# At a seam half of the pixels jump by so many levels, and by so many times
# what is usual in the lines around.
_SEAM_LEVELS, _SEAM_RATIO = 6, 3.0

# Lines around a seam that are compared with it.
_SEAM_LINES = 12

# Cuts within cuts, and boxes in all.
_MAX_DEPTH, _MAX_BOXES = 4, 96

# Longer pictures are shrunk before panels are sought.
_MAX_SIDE = 1024


def trimmed(picture: Pixels, box: Box | None = None) -> Box:
    """A box without its flat margins.

    `picture`: `(height, width, channels)`; `box`: where to look; all of it if
    not given. Returns the smaller box; the same if all of it is flat.
    """
    left, top, right, bottom = box or (0, 0, picture.shape[1], picture.shape[0])
    planes = _planes(picture[top:bottom, left:right])
    inner = _trimmed(planes, (0, 0, right - left, bottom - top))
    return inner[0] + left, inner[1] + top, inner[2] + left, inner[3] + top


def panels(picture: Pixels, min_side: int) -> list[Box]:
    """Boxes between flat lines and straight seams, largest first.

    `picture`: `(height, width, channels)`; `min_side`: shorter side of the
    smallest that are wanted. Returns the boxes, without the whole picture, each
    once.
    """
    height, width = picture.shape[:2]
    factor = -(-max(height, width) // _MAX_SIDE)
    small = reading.block_means(picture, factor)
    found: dict[Box, None] = {}
    whole = (0, 0, small.shape[1], small.shape[0])
    _cut(_planes(small), whole, max(min_side // factor, 8), _MAX_DEPTH, found)
    if factor > 1:
        found = dict.fromkeys(
            trimmed(picture, _enlarged(box, factor, width, height))
            for box in found
        )
    found.pop((0, 0, width, height), None)
    return sorted(found, key=lambda box: (-area(box), box))


def area(box: Box) -> int:
    """Pixels in a box."""
    return (box[2] - box[0]) * (box[3] - box[1])


def _planes(picture):
    """Channels first: lines of one channel lie together in memory."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1))


def _enlarged(box, factor, width, height):
    """The box in a picture that was shrunk, a little wider than before."""
    left, top, right, bottom = box
    return (
        max((left - 1) * factor, 0),
        max((top - 1) * factor, 0),
        min((right + 1) * factor, width),
        min((bottom + 1) * factor, height),
    )


def _trimmed(planes, box):
    left, top, right, bottom = box
    while True:
        before = left, top, right, bottom
        part = planes[:, top:bottom, left:right]
        rows = np.flatnonzero(~_flat(part, 0))
        if not len(rows):
            return box
        top, bottom = top + int(rows[0]), top + int(rows[-1]) + 1
        part = planes[:, top:bottom, left:right]
        columns = np.flatnonzero(~_flat(part, 1))
        if not len(columns):
            return box
        left, right = left + int(columns[0]), left + int(columns[-1]) + 1
        if (left, top, right, bottom) == before:
            return before


def _cut(planes, box, min_side, depth, found):
    """Adds the box to those found, and what lines across it leave."""
    left, top, right, bottom = box = _trimmed(planes, box)
    if (
        min(right - left, bottom - top) < min_side
        or box in found
        or len(found) == _MAX_BOXES
    ):
        return
    found[box] = None
    if depth == 0:
        return
    part = planes[:, top:bottom, left:right]
    for first, last in _between(part, 0, min_side):
        inner = (left, top + first, right, top + last)
        _cut(planes, inner, min_side, depth - 1, found)
    for first, last in _between(part, 1, min_side):
        inner = (left + first, top, left + last, bottom)
        _cut(planes, inner, min_side, depth - 1, found)


def _between(part, axis, min_side):
    """Ranges of lines between flat ones and seams; none if all are one."""
    flat = _flat(part, axis)
    is_edge = np.diff(flat.astype(np.int8), prepend=1, append=1)
    ranges = zip(
        np.flatnonzero(is_edge == -1), np.flatnonzero(is_edge == 1), strict=True
    )
    for first, last in ranges:
        seams = _seams(part, axis, int(first), int(last))
        places = [int(first), *seams, int(last)]
        for start, stop in zip(places, places[1:], strict=False):
            if min_side <= stop - start < len(flat):
                yield start, stop


def _seams(part, axis, first, last):
    """Lines at which another picture begins, of a range of lines."""
    lines = part[:, first:last] if axis == 0 else part[:, :, first:last]
    if last - first < 2 * _SEAM_LINES:
        return []
    lines = lines.astype(np.int16)
    jumps = np.abs(np.diff(lines, axis=axis + 1)).max(axis=0)
    # Half of the pixels, so that no single object's edge is enough.
    jumps = np.median(jumps, axis=1 - axis)
    found = []
    for place in np.flatnonzero(jumps >= _SEAM_LEVELS):
        around = jumps[max(place - _SEAM_LINES, 0) : place + _SEAM_LINES + 1]
        usual = max(np.median(around), 1)
        if jumps[place] == around.max() >= _SEAM_RATIO * usual:
            found.append(first + int(place) + 1)
    return found


def _flat(part, axis):
    """Which rows (0) or columns (1) show one colour, as JPEG leaves it."""
    spread = part.max(axis=2 - axis).astype(np.int16) - part.min(axis=2 - axis)
    return spread.max(axis=0) <= _FLAT_LEVELS
