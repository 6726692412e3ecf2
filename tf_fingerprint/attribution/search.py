"""The two nearest of millions of fingerprints, exactly.

Two engines give the same answers: NumPy, and faiss where it is installed
(extra `search`), which is faster. Faiss uses as many threads as OpenMP is told
to: on a busy machine set `OMP_NUM_THREADS=1`, or they wait for each other.
"""

import functools
import importlib.util
from types import ModuleType
from typing import Protocol

import numpy as np
import numpy.typing as npt

Packed = npt.NDArray[np.uint8]
Distances = npt.NDArray[np.int64]
Places = npt.NDArray[np.int64]

ENGINES = ("faiss", "numpy")

# Below that, NumPy answers before faiss is imported.
_FAISS_FROM = 100_000

# What is compared at once stays in the processor's cache: fingerprints of a
# batch by candidates, of which each takes a word of 8 bytes and a count.
_TILE_COMPARISONS = 2**15
_MAX_TILE_QUERIES = 8

# Largest count of differing bits that a byte holds, and the mark of what was
# found already.
_FOUND = {np.uint8: 2**8 - 1, np.uint16: 2**16 - 1}


class Search(Protocol):
    """Finds the nearest of the fingerprints that it was made with."""

    def nearest_two(self, queries: Packed) -> tuple[Places, Distances]:
        """The nearest fingerprint and the second-nearest to each query.

        `queries`: `(batch, num_bytes)`, packed like the fingerprints. Returns
        their places and their numbers of differing bits, both `(batch, 2)`,
        nearest first, of equally near ones the first first; `(batch, 1)` or
        `(batch, 0)` where there are no two fingerprints.
        """


def make_search(packed: Packed, engine: str | None = None) -> Search:
    """Makes fingerprints ready to be searched.

    `packed`: `(fingerprints, num_bytes)`, as `fingerprints.pack` packs them;
    `engine`: one of `ENGINES`; the fastest one that is installed if not given.
    Returns the search. It needs about as much memory as the packed
    fingerprints, and a query or a batch at most a few MiB more.
    """
    if engine not in (None, *ENGINES):
        raise ValueError(
            f"`engine` must be one of {', '.join(ENGINES)}. Received "
            f"{engine!r}."
        )
    if engine is None:
        has_faiss = len(packed) >= _FAISS_FROM and is_installed()
        engine = "faiss" if has_faiss else "numpy"
    return FaissSearch(packed) if engine == "faiss" else NumpySearch(packed)


class NumpySearch:
    """Compares all of them, a part that fits into the cache at a time.

    `packed`: `(fingerprints, num_bytes)`.
    """

    def __init__(self, packed: Packed):
        self._num_bits = 8 * packed.shape[-1]
        # (words, fingerprints): each pass of a comparison reads one row.
        self._words = _words(packed).T.copy()

    def nearest_two(self, queries: Packed) -> tuple[Places, Distances]:
        """See `Search`."""
        words = _words(queries)  # (batch, words)
        num_all = self._words.shape[1]
        num_nearest = min(2, num_all)
        shape = (len(words), num_nearest)
        places = np.zeros(shape, np.int64)
        # Further than any: what is compared first takes the place.
        distances = np.full(shape, self._num_bits + 1, np.int64)
        tile = min(_MAX_TILE_QUERIES, max(1, len(words)))
        part = max(2, _TILE_COMPARISONS // tile)
        for start in range(0, num_all if num_nearest else 0, part):
            candidates = self._words[:, start : start + part]
            for first in range(0, len(words), tile):
                batch = slice(first, first + tile)
                found = self._nearest_in_part(words[batch], candidates)
                _merge(*[places[batch], distances[batch], *found, start])
        return places, distances

    def _nearest_in_part(self, queries, candidates):
        """Places within the part, and distances; nearest two of it, or one."""
        counts = _differing_bits(queries, candidates, self._num_bits)
        rows = np.arange(len(queries))
        shape = (len(queries), min(2, candidates.shape[1]))
        places, distances = np.empty(shape, np.int64), np.empty(shape, np.int64)
        for rank in range(shape[1]):
            found = counts.argmin(axis=1)  # The first of equally near ones.
            places[:, rank] = found
            distances[:, rank] = counts[rows, found]
            counts[rows, found] = _FOUND[counts.dtype.type]
        return places, distances


class FaissSearch:
    """Lets faiss compare all of them.

    `packed`: `(fingerprints, num_bytes)`.
    """

    def __init__(self, packed: Packed):
        self._index = _faiss().IndexBinaryFlat(8 * packed.shape[-1])
        if len(packed):
            self._index.add(np.ascontiguousarray(packed))

    def nearest_two(self, queries: Packed) -> tuple[Places, Distances]:
        """See `Search`."""
        num_nearest = min(2, self._index.ntotal)
        if not len(queries) or not num_nearest:
            empty = np.zeros((len(queries), num_nearest), np.int64)
            return empty, empty.copy()
        distances, places = self._index.search(
            np.ascontiguousarray(queries), num_nearest
        )
        return places.astype(np.int64), distances.astype(np.int64)


@functools.cache
def is_installed() -> bool:
    """Whether faiss is."""
    return importlib.util.find_spec("faiss") is not None


def _faiss() -> ModuleType:
    try:
        import faiss
    except ImportError as error:
        raise ModuleNotFoundError(
            "The engine `faiss` must be installed to be used. It can't be "
            f"imported: {error}. Install `tf-fingerprint[search]`, or choose "
            "the engine `numpy`."
        ) from error
    return faiss


def _differing_bits(queries, candidates, num_bits):
    """`(queries, candidates)` counts; both in words, candidates transposed."""
    kind = np.uint8 if num_bits < _FOUND[np.uint8] else np.uint16
    shape = (len(queries), candidates.shape[1])
    differing = np.empty(shape, np.uint64)
    counts, more = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
    total = counts if kind is np.uint8 else np.zeros(shape, kind)
    for number, (query, row) in enumerate(
        zip(queries.T, candidates, strict=True)
    ):
        np.bitwise_xor(query[:, None], row, out=differing)
        if number == 0 and total is counts:
            np.bitwise_count(differing, out=counts)
        else:
            np.bitwise_count(differing, out=more)
            np.add(total, more, out=total)
    return total


def _merge(places, distances, part_places, part_distances, start):
    """Puts what a later part found behind what is as near or nearer."""
    both = np.concatenate([distances, part_distances], axis=1)
    order = both.argsort(axis=1, kind="stable")[:, : distances.shape[1]]
    all_places = np.concatenate([places, part_places + start], axis=1)
    distances[:] = np.take_along_axis(both, order, axis=1)
    places[:] = np.take_along_axis(all_places, order, axis=1)


def _words(packed: Packed) -> npt.NDArray[np.uint64]:
    """Fills up rows of bytes with zeros to whole words of 64 bits."""
    missing = -packed.shape[-1] % 8
    if missing:
        packed = np.pad(packed, ((0, 0), (0, missing)))
    return np.ascontiguousarray(packed).view(np.uint64)
