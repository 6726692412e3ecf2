"""Keeps fingerprints apart: how few bits they may differ in, and do."""

import functools
from collections.abc import Iterable
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint import fingerprints

# How often a fair draw may fall too near to one given fingerprint. A millionth
# recipient then sees one draw of a hundred refused, a ten-millionth one of ten.
_REFUSAL_RATE = 1e-8

# Comparisons at once: few enough that they stay in the processor's cache.
_MAX_COMPARISONS = 2**18


@functools.cache
def default_min_distance(num_bits: int) -> int:
    """Fewest bits in which fresh fingerprints differ from issued ones.

    As many as can be had without refusing fair draws much: a draw is nearer to
    one given fingerprint with a probability of at most 1e-8. Fingerprints too
    short for that need only differ.

    Args:
        num_bits: Length of the fingerprints.

    Returns:
        The distance, at least 1.

    Example:

    >>> default_min_distance(128), default_min_distance(16)
    (33, 1)
    """
    try:
        threshold = fingerprints.match_threshold(num_bits, _REFUSAL_RATE)
    except errors.TooFewBitsError:
        return 1
    return num_bits - threshold + 1


class Issued:
    """The fingerprints of one length, in the order in which they came."""

    def __init__(self, num_bits: int):
        self._num_digits = -(-num_bits // 4)
        self._length = 0
        # (words, capacity): each pass of a comparison reads one row.
        self._words = np.empty((-(-num_bits // 64), 1024), np.uint64)

    def add(self, digits: Iterable[str]) -> None:
        """Appends fingerprints, in hexadecimal."""
        self._add(self._packed(digits))

    def add_text(self, digits: str) -> None:
        """Appends fingerprints written one after another, in hexadecimal.

        Raises:
            ValueError: If they are no such text.
        """
        number, rest = divmod(len(digits), self._num_digits)
        if rest:
            raise ValueError(
                f"Fingerprints must have {self._num_digits} digits each. "
                f"Received {len(digits)} in all."
            )
        if self._num_digits % 16:
            step = self._num_digits
            starts = range(0, len(digits), step)
            self.add([digits[start : start + step] for start in starts])
        else:
            packed = np.frombuffer(bytes.fromhex(digits), np.uint64)
            self._add(packed.reshape(number, -1).T)

    def _add(self, words):
        end = self._length + words.shape[1]
        if end > self._words.shape[1]:
            grown = np.empty(
                (len(words), max(end, 2 * self._length)), np.uint64
            )
            grown[:, : self._length] = self._words[:, : self._length]
            self._words = grown
        self._words[:, self._length : end] = words
        self._length = end

    def too_near(self, digits: Sequence[str], min_distance: int) -> list[int]:
        """Which of some fingerprints are too like issued ones or each other.

        `digits`: the fingerprints, in hexadecimal; `min_distance`: fewest bits
        in which they must differ. Returns their places, in order. Of two that
        are too like each other the second.
        """
        fresh = self._packed(digits)
        issued = self._words[:, : self._length]
        near = _nearest(fresh, issued) < min_distance
        for place in range(1, len(digits)):
            one = fresh[:, place : place + 1]
            earlier = fresh[:, :place][:, ~near[:place]]
            near[place] |= _nearest(one, earlier)[0] < min_distance
        return np.flatnonzero(near).tolist()

    def _packed(self, digits: Iterable[str]) -> npt.NDArray[np.uint64]:
        """`(words, fingerprints)`, filled up with zeros."""
        num_words = len(self._words)
        filled = "".join(each.ljust(16 * num_words, "0") for each in digits)
        packed = np.frombuffer(bytes.fromhex(filled), np.uint64)
        return packed.reshape(-1, num_words).T


def _nearest(fresh, issued):
    """For each column of the first, the distance to the nearest of the other.

    Where there is no other: more than any fingerprint has bits.
    """
    nearest = np.full(fresh.shape[1], np.iinfo(np.uint16).max, np.uint16)
    part = max(1, _MAX_COMPARISONS // max(1, fresh.shape[1]))
    for start in range(0, issued.shape[1], part):
        counts = sum(
            np.bitwise_count(one[:, None] ^ other[start : start + part]).astype(
                np.uint16
            )
            for one, other in zip(fresh, issued, strict=True)
        )
        np.minimum(nearest, counts.min(axis=1), out=nearest)
    return nearest
