"""The nearest candidates where every bit has a weight of its own."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tf_fingerprint.attribution.candidates import Candidates
from tf_fingerprint.calibration.readings import Reading

# Numbers held in memory at once: 4 bytes each, so 64 MiB.
_MAX_NUMBERS = 2**24


class Ranking:
    """Compares readings with all candidates, exactly."""

    def __init__(self, candidates: Candidates):
        self._num_bits = candidates.generator.num_bits
        self._packed = candidates.packed
        self._whole = None
        if len(self._packed) * self._num_bits <= _MAX_NUMBERS:
            self._whole = self._unpacked(0, len(self._packed))

    def nearest(
        self, readings: list[Reading], num_nearest: int
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        """The candidates that miss least weight, nearest first.

        Of candidates that miss as much, the one issued first comes first.

        Returns their places and the weights that they miss, both
        `(readings, num_nearest)`, or fewer where there are fewer candidates.
        """
        num_nearest = min(num_nearest, len(self._packed))
        places = np.zeros((len(readings), 0), np.intp)
        missed = np.zeros((len(readings), 0), np.int64)
        if not readings or not num_nearest:
            return places, missed
        totals = np.array([[reading.total] for reading in readings])
        pulls = np.array(
            [
                (2.0 * reading.bits - 1) * reading.weights
                for reading in readings
            ],
            np.float32,
        )
        for start, signs in self._parts(len(readings)):
            # Whole numbers below 2**24: float32 adds them without rounding.
            chosen, pulled = _strongest(pulls @ signs.T, num_nearest)
            found = (totals - pulled.astype(np.int64)) // 2
            places, missed = _least(
                np.hstack([places, chosen + start]),
                np.hstack([missed, found]),
                num_nearest,
            )
        return places, missed

    def _parts(
        self, num_readings: int
    ) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
        """Pairs of a first place and candidates as -1 and 1."""
        size = max(1, _MAX_NUMBERS // max(num_readings, self._num_bits))
        for start in range(0, len(self._packed), size):
            stop = start + size
            if self._whole is None:
                yield start, self._unpacked(start, stop)
            else:
                yield start, self._whole[start:stop]

    def _unpacked(self, start, stop):
        bits = np.unpackbits(
            self._packed[start:stop], axis=-1, count=self._num_bits
        )
        return 2 * bits.astype(np.float32) - 1


def _strongest(pulls, number):
    """Of each row the places of the greatest, and these; first ones first."""
    number = min(number, pulls.shape[1])
    places = np.empty((len(pulls), number), np.intp)
    for row, found in zip(pulls, places, strict=True):
        limit = np.partition(row, -number)[-number]
        near = np.flatnonzero(row >= limit)
        order = np.argsort(-row[near], kind="stable")
        found[:] = near[order[:number]]
    return places, np.take_along_axis(pulls, places, axis=1)


def _least(places, missed, number):
    """Of each row the least, ordered by what they miss, then by place."""
    # Later parts stand behind earlier ones, so that order is by place already.
    order = np.argsort(missed, axis=1, kind="stable")[:, :number]
    return (
        np.take_along_axis(places, order, axis=1),
        np.take_along_axis(missed, order, axis=1),
    )
