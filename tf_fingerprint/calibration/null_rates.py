"""What decoded photographs say about fingerprints that they don't carry."""

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_fingerprint.calibration import intervals

# Comparisons held in memory at once: 2 bytes each, so 32 MiB.
_MAX_COMPARISONS = 2**24


@dataclasses.dataclass(frozen=True)
class MeasuredRate:
    """How often photographs matched one very fingerprint as well.

    Args:
        hits: Photographs that matched at least as many bits.
        trials: Photographs that were decoded.
        low: Lower end of the 95 % interval of the rate.
        high: Its upper end.
    """

    hits: int
    trials: int
    low: float
    high: float

    @classmethod
    def of(cls, hits: int, trials: int) -> "MeasuredRate":
        """The rate with its interval."""
        return cls(hits, trials, *intervals.rate_interval(hits, trials))

    @property
    def rate(self) -> float:
        """Share of the photographs."""
        return self.hits / self.trials

    def to_dict(self) -> dict[str, Any]:
        """The rate as JSON can hold it."""
        return {**dataclasses.asdict(self), "rate": self.rate}


def match_counts(
    decoded_bits: npt.NDArray[np.uint8], fingerprint: npt.NDArray[np.uint8]
) -> npt.NDArray[np.int64]:
    """Matching bits of each photograph with one fingerprint.

    `decoded_bits`: `(photographs, num_bits)` of 0 and 1; `fingerprint`:
    `(num_bits,)` of 0 and 1. Returns `(photographs,)`.
    """
    return (decoded_bits == fingerprint).sum(axis=-1, dtype=np.int64)


class Packed:
    """Decoded bits, packed to be compared with one fingerprint fast.

    `decoded_bits`: `(photographs, num_bits)` of 0 and 1.
    """

    def __init__(self, decoded_bits: npt.NDArray[np.uint8]):
        self._num_bits = decoded_bits.shape[-1]
        # (words, photographs): each pass of a comparison reads one row.
        self._words = np.ascontiguousarray(_words(decoded_bits).T)

    def matches(
        self, fingerprint: npt.NDArray[np.uint8]
    ) -> npt.NDArray[np.int64]:
        """Matching bits of each photograph; see `match_counts`."""
        differing = np.zeros(self._words.shape[1], np.uint16)
        for read, word in zip(self._words, _words(fingerprint), strict=True):
            differing += np.bitwise_count(read ^ word)
        return self._num_bits - differing.astype(np.int64)


def match_histograms(
    decoded_bits: npt.NDArray[np.uint8], candidates: npt.NDArray[np.uint8]
) -> npt.NDArray[np.int64]:
    """How many photographs match each fingerprint in how many bits.

    Args:
        decoded_bits: `(photographs, num_bits)` of 0 and 1.
        candidates: `(fingerprints, num_bits)` of 0 and 1.

    Returns:
        `(fingerprints, num_bits + 1)`: the number of photographs by fingerprint
        and matching bits.
    """
    num_bits = decoded_bits.shape[-1]
    read = _signs(decoded_bits).T
    histograms = np.zeros((len(candidates), num_bits + 1), np.int64)
    for start, counts in _parts(read, candidates, num_bits):
        rows = np.arange(len(counts))[:, None] * (num_bits + 1)
        flat = np.bincount(
            (rows + counts).ravel(), minlength=len(counts) * (num_bits + 1)
        )
        histograms[start : start + len(counts)] = flat.reshape(len(counts), -1)
    return histograms


def best_matches(
    decoded_bits: npt.NDArray[np.uint8], candidates: npt.NDArray[np.uint8]
) -> npt.NDArray[np.int64]:
    """Matching bits of each photograph with its nearest candidate.

    `decoded_bits`: `(photographs, num_bits)` of 0 and 1; `candidates`:
    `(fingerprints, num_bits)` of 0 and 1, at least one. Returns
    `(photographs,)`.
    """
    best = np.zeros(len(decoded_bits), np.int64)
    read = _signs(decoded_bits).T
    for _, counts in _parts(read, candidates, decoded_bits.shape[-1]):
        np.maximum(best, counts.max(axis=0), out=best)
    return best


def effective_bits(decoded_bits: npt.NDArray[np.uint8]) -> float:
    """Number of independent fair bits that would agree as much by chance.

    Two photographs' answers agree in half of the bits, give or take. With n
    independent fair bits the squared surplus `(agreeing - disagreeing)**2` is n
    on average; here it is `num_bits**2 / effective_bits`, and the number of
    bits that a habit or a correlation leaves is that much smaller. It is the
    participation ratio of the second moments' eigenvalues, estimated without
    the bias of small samples from pairs of different photographs.

    Args:
        decoded_bits: `(photographs, num_bits)` of 0 and 1, at least two.

    Returns:
        A number from 1 on; `num_bits` for independent fair bits, give or take
        what the sample's size leaves open.

    Example:

    >>> effective_bits(np.uint8([[0, 1], [0, 1], [0, 1]]))
    1.0
    """
    num_images, num_bits = decoded_bits.shape
    signs = _signs(decoded_bits).astype(np.float64)
    moments = signs.T @ signs
    pairs = num_images * (num_images - 1)
    surplus = (np.square(moments).sum() - num_images * num_bits**2) / pairs
    # By luck a small sample's surplus may be 0 or below: then nothing shows.
    return float(num_bits**2 / max(surplus, num_bits))


def rate_of_ones(decoded_bits: npt.NDArray[np.uint8]) -> npt.NDArray:
    """Share of photographs in which each bit was read as 1."""
    return decoded_bits.mean(axis=0, dtype=np.float64)


def _words(bits):
    """Bits in whole words of 64, filled up with zeros."""
    packed = np.packbits(bits, axis=-1)
    num_bytes = packed.shape[-1]
    filled = np.zeros((*packed.shape[:-1], -(-num_bytes // 8) * 8), np.uint8)
    filled[..., :num_bytes] = packed
    return filled.view(np.uint64)


def _signs(bits):
    """0 and 1 as -1 and 1, in numbers that are multiplied fast."""
    return 2 * bits.astype(np.float32) - 1


def _parts(read, candidates, num_bits):
    """Pairs of a first place and `(fingerprints, photographs)` matches."""
    size = max(1, _MAX_COMPARISONS // max(1, read.shape[1]))
    for start in range(0, len(candidates), size):
        surplus = _signs(candidates[start : start + size]) @ read
        # Whole numbers far below 2**24: float32 adds them without rounding.
        yield start, ((surplus + num_bits) / 2).astype(np.int64)
