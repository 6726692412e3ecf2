"""Which places of a picture are looked at, before any of them is.

The plan follows from the pixels and the size that a decoder takes. All places
in it count in the odds, whatever is found where.
"""

import dataclasses
import enum
import functools

import numpy as np
import numpy.typing as npt

from tf_fingerprint.attribution import panels
from tf_fingerprint.attribution.panels import Box
from tf_fingerprint.data import reading

# Positions of the pyramid: this share of a place's side apart, and so many
# times smaller from one level to the next. Decoders that bear crops to 0.9
# and shifts of a thirtieth read what lies between.
STEP, SHRINKING = 1 / 8, 0.8

# Places of the pyramid, and all that lie in grids of squares.
MAX_PYRAMID_PLACES, MAX_GRID = 256, 4

# Panels that are looked at.
MAX_PANELS = 64

# A picture of so many times the size that a decoder takes, or so much longer
# than wide, may show something around it.
_LARGE, _LONG = 2, 1.25


class Search(enum.StrEnum):
    """How far a picture is searched."""

    NONE = "none"  # The centred square alone.
    SINGLE = "single"  # What flat margins leave, if that is a square, instead.
    MARGINS = "margins"  # That, and what flat margins leave.
    FULL = "full"  # And panels, grids, and a pyramid of squares.


@dataclasses.dataclass(frozen=True, order=True)
class Place:
    """A square of a picture, as a decoder is shown it.

    `box`: left, top, right and bottom, in pixels of the upright picture;
    `mirrored`: whether it is shown mirrored.
    """

    box: Box
    mirrored: bool = False

    def square(self, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Its pixels, `(side, side, channels)`, as they are."""
        return np.ascontiguousarray(_part(picture, self.box))

    def pixels(
        self, picture: npt.NDArray[np.uint8], resolution: int
    ) -> npt.NDArray[np.uint8]:
        """Its pixels as a decoder is shown them, `(resolution, ..., c)`."""
        square = reading.scaled(self.square(picture), resolution)
        return square[:, ::-1] if self.mirrored else square


@dataclasses.dataclass(frozen=True)
class Plan:
    """The places of one picture.

    `places`: in the order in which they are looked at; the first is the picture
    as a whole.
    """

    places: tuple[Place, ...]
    search: Search

    def __len__(self) -> int:
        return len(self.places)


def plan(
    picture: npt.NDArray[np.uint8],
    resolution: int,
    search: Search | None = None,
    box: Box | None = None,
) -> Plan:
    """The places of a picture that are to be looked at.

    `picture`: `(height, width, channels)`, `uint8`, upright; `search`: how far
    to search; if not given, margins, and all of it where a picture is much
    larger or longer than what the decoder takes. `box`: look within this part
    alone.
    """
    height, width = picture.shape[:2]
    whole = (0, 0, width, height)
    if box is not None:
        whole = _checked(box, whole)
    search = Search(search or _advised(whole, resolution))
    squares = [_centred(whole)]
    if search != Search.NONE:
        inner = panels.trimmed(picture, whole)
        if _is_square(inner):
            squares.append(_centred(inner))
    if search == Search.SINGLE:
        squares = squares[-1:]
    if search == Search.FULL:
        squares += _panels(picture, whole, resolution)
        squares += _grids(whole, resolution)
        mirrored = [Place(each, True) for each in dict.fromkeys(squares)]
        squares += _pyramid(whole, resolution)
    else:
        mirrored = []
    places = [Place(each) for each in dict.fromkeys(squares)]
    return Plan((*places, *mirrored), search)


def _advised(whole, resolution):
    """What fits a picture of this size."""
    sides = sorted((whole[2] - whole[0], whole[3] - whole[1]))
    is_unlike = sides[0] >= _LARGE * resolution or sides[1] > _LONG * sides[0]
    return Search.FULL if is_unlike else Search.MARGINS


def _panels(picture, whole, resolution):
    """Centred squares of the panels."""
    boxes = panels.panels(_part(picture, whole), _min_side(resolution))
    return [_centred(_within(box, whole)) for box in boxes[:MAX_PANELS]]


def _grids(whole, resolution):
    """Cells of all grids whose cells are squares, or nearly."""
    left, top, right, bottom = whole
    width, height = right - left, bottom - top
    squares = []
    for rows in range(1, MAX_GRID + 1):
        for columns in range(1, MAX_GRID + 1):
            cell = width / columns, height / rows
            if min(cell) < _min_side(resolution) or max(cell) > 1.1 * min(cell):
                continue
            squares += [
                _centred(
                    (
                        left + round(column * cell[0]),
                        top + round(row * cell[1]),
                        left + round((column + 1) * cell[0]),
                        top + round((row + 1) * cell[1]),
                    )
                )
                for row in range(rows)
                for column in range(columns)
            ]
    return squares


def _pyramid(whole, resolution):
    """Squares of all sizes, from the largest on, as many as may be."""
    left, top, right, bottom = whole
    side = min(right - left, bottom - top)
    squares: list[Box] = []
    while side >= _min_side(resolution):
        level = [
            (x, y, x + side, y + side)
            for y in _positions(top, bottom, side)
            for x in _positions(left, right, side)
        ]
        if len(squares) + len(level) > MAX_PYRAMID_PLACES:
            break
        squares += level
        side = int(side * SHRINKING)
    return squares


def _positions(start, stop, side):
    """Where squares begin, evenly from one end to the other."""
    room = stop - start - side
    count = int(np.ceil(room / (STEP * side)))
    return [start + round(room * n / max(count, 1)) for n in range(count + 1)]


def _min_side(resolution):
    """Shorter sides hold too few pixels to be read."""
    return max(resolution // 2, 8)


@functools.lru_cache(maxsize=256)
def _centred(box):
    """The centred square of a box; as `data.read_image` cuts it."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    side = min(width, height)
    left, top = left + (width - side) // 2, top + (height - side) // 2
    return left, top, left + side, top + side


def _is_square(box):
    """Whether a box is square enough to be a whole picture of its own."""
    sides = sorted((box[2] - box[0], box[3] - box[1]))
    return sides[0] >= 8 and sides[1] <= _LONG * sides[0]


def _part(picture, box):
    left, top, right, bottom = box
    return picture[top:bottom, left:right]


def _within(box, whole):
    """A box of a part, in pixels of the whole."""
    left, top = whole[:2]
    return box[0] + left, box[1] + top, box[2] + left, box[3] + top


def _checked(box, whole):
    left, top, right, bottom = box
    if not (0 <= left < right <= whole[2] and 0 <= top < bottom <= whole[3]):
        raise ValueError(
            "The box must lie within the picture, which has "
            f"{whole[2]} x {whole[3]} pixels, as left, top, right, bottom. "
            f"Received {','.join(map(str, box))}."
        )
    return tuple(box)
