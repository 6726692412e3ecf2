"""What the average of many pictures of one copy shows, and what it is good for.

A mark that is the same in every picture stands out when many are averaged: the
content averages away. Whoever has it can subtract it, or add it to others.
"""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

# Standard deviation of the blur that content is estimated by, in pixels.
BLUR = 1.0

Pictures = npt.NDArray[np.uint8]


def residuals(
    images: npt.NDArray, blur: float | None = BLUR
) -> npt.NDArray[np.float32]:
    """What a slight blur takes from pictures: edges, texture, marks.

    `images`: `(images, height, width, channels)`, 0 to 255; `blur`: its
    standard deviation, in pixels; none at all if `None`, so that pictures stay
    as they are.
    """
    images = np.asarray(images, "float32")
    if blur is None:
        return images
    return images - ndimage.gaussian_filter(images, (0, blur, blur, 0))


def fixed_pattern(
    images: Pictures,
    others: Pictures | None = None,
    *,
    blur: float | None = BLUR,
) -> npt.NDArray[np.float32]:
    """The mean residual of one copy's pictures.

    `others`: pictures without its fingerprint, whose mean residual is taken
    off: what all copies have in common is no fingerprint. Returns
    `(height, width, channels)`, in levels, with mean 0.
    """
    # A blur is linear: the mean residual is the residual of the mean.
    shared = images.mean(axis=0)
    if others is not None:
        shared = shared - others.mean(axis=0)
    [pattern] = residuals(shared[None], blur)
    return pattern - pattern.mean()


def correlations(
    images: Pictures, pattern: npt.NDArray, *, blur: float | None = BLUR
) -> npt.NDArray:
    """How alike each picture's residual is to a pattern.

    `images`: `(images, height, width, channels)`. Returns `(images,)`, from -1
    to 1; 0 where one of the two is constant.
    """
    rows = residuals(images, blur).reshape(len(images), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    flat = pattern.ravel() - pattern.mean()
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(flat)
    return rows @ flat / np.where(lengths > 0, lengths, 1)


def ranked_right(positive: npt.NDArray, negative: npt.NDArray) -> float:
    """How often a number of the one kind exceeds one of the other.

    The area under the curve of true against false alarms.

    Returns a share of pairs, ties counted half; 0.5 is chance.

    Example:

    >>> float(ranked_right(np.array([2, 3]), np.array([1, 2])))
    0.875
    """
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left")
    up_to = np.searchsorted(ordered, positive, "right")
    return (below + up_to).mean() / (2 * len(negative))


def shifted(
    images: Pictures, pattern: npt.NDArray, strength: float
) -> Pictures:
    """Adds a pattern to pictures, and rounds them to 8 bits.

    `images`: `(images, height, width, channels)`; `strength`: factor on the
    pattern; below 0 to subtract it.
    """
    moved = images + np.float32(strength) * pattern
    return np.clip(np.rint(moved), 0, 255).astype(np.uint8)


def picture_of(pattern: npt.NDArray) -> Pictures:
    """A pattern to look at: its largest values black and white.

    Returns its shape, 128 where it is 0.
    """
    largest = np.abs(pattern).max() or 1.0
    return np.rint(127.5 + 127 * pattern / largest).astype(np.uint8)
