"""The nearest candidates where every bit has a weight of its own."""

import numpy as np
import numpy.typing as npt

from tf_fingerprint import registry
from tf_fingerprint.calibration.readings import Reading

# Numbers held in memory at once: 4 bytes each, so 64 MiB.
_MAX_NUMBERS = 2**24


class Ranking:
    """Compares readings with all candidates, exactly.

    Args:
        candidates: The issued fingerprints of the decoder's generator.
    """

    def __init__(self, candidates: registry.Candidates):
        self._num_bits = candidates.generator.num_bits
        num_bytes = -(-self._num_bits // 8)
        digits = "".join(
            record.fingerprint.ljust(2 * num_bytes, "0")
            for record in candidates.records
        )
        packed = np.frombuffer(bytes.fromhex(digits), np.uint8)
        self._packed = packed.reshape(-1, num_bytes)
        self._whole = None
        if len(self._packed) * self._num_bits <= _MAX_NUMBERS:
            self._whole = self._signs(0, len(self._packed))

    def nearest(
        self, readings: list[Reading], num_nearest: int
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        """The candidates that miss least weight, nearest first.

        Of candidates that miss as much, the one issued first comes first.

        Args:
            readings: What to compare with.
            num_nearest: How many candidates are wanted.

        Returns:
            Their places and the weights that they miss, both `(readings,
            num_nearest)`, or fewer where there are fewer candidates.
        """
        num_nearest = min(num_nearest, len(self._packed))
        places = np.zeros((len(readings), 0), np.intp)
        missed = np.zeros((len(readings), 0), np.int64)
        if not readings:
            return places, missed
        totals = np.array([[reading.total] for reading in readings])
        pulls = np.array(
            [
                (2.0 * reading.bits - 1) * reading.weights
                for reading in readings
            ],
            np.float32,
        ).T
        for start, signs in self._parts(len(readings)):
            # Whole numbers below 2**24: float32 adds them without rounding.
            found = (totals - (signs @ pulls).T.astype(np.int64)) // 2
            numbers = np.arange(start, start + len(signs))
            places, missed = _least(
                np.hstack([places, np.tile(numbers, (len(readings), 1))]),
                np.hstack([missed, found]),
                num_nearest,
            )
        return places, missed

    def _parts(self, num_readings):
        """Pairs of a first place and candidates as -1 and 1."""
        if self._whole is not None and (
            len(self._whole) * num_readings <= _MAX_NUMBERS
        ):
            yield 0, self._whole
            return
        size = max(1, _MAX_NUMBERS // max(num_readings, self._num_bits))
        for start in range(0, len(self._packed), size):
            yield start, self._signs(start, start + size)

    def _signs(self, start, stop):
        bits = np.unpackbits(
            self._packed[start:stop], axis=-1, count=self._num_bits
        )
        return 2 * bits.astype(np.float32) - 1


def _least(places, missed, num_nearest):
    """Of each row the least, ordered by what they miss, then by place."""
    # Unique numbers with both in them, so that equal ones keep their order.
    keys = missed * (int(places.max(initial=0)) + 1) + places
    if keys.shape[1] > num_nearest:
        chosen = np.argpartition(keys, num_nearest - 1, axis=1)
        chosen = chosen[:, :num_nearest]
        keys = np.take_along_axis(keys, chosen, axis=1)
        places = np.take_along_axis(places, chosen, axis=1)
        missed = np.take_along_axis(missed, chosen, axis=1)
    order = np.argsort(keys, axis=1)
    return (
        np.take_along_axis(places, order, axis=1),
        np.take_along_axis(missed, order, axis=1),
    )
