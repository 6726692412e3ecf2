"""Issued fingerprints, packed for comparison with what a decoder read."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.stores import Store

# Comparisons held in memory at once: 8 bytes each, so 32 MiB.
_MAX_COMPARISONS = 2**22


class Candidates:
    """The issued fingerprints of one generator, packed for comparison.

    A decoder reads only fingerprints of the generator that it was trained
    with, so those of others are no candidates. Reservations are: their copies
    may be in the wild already.

    Args:
        generator: The generator whose decoder reads the images.
        records: Issuances from that generator, in any state.

    Raises:
        ValueError: If a record is another generator's.
    """

    def __init__(
        self, generator: GeneratorRecord, records: Sequence[IssuanceRecord]
    ):
        strangers = {record.generator for record in records} - {generator}
        if strangers:
            raise ValueError(
                "`records` must all be issued from the generator "
                f"{generator.digest[:12]}. Received one from "
                f"{strangers.pop().digest[:12]}. Its decoder can't read it."
            )
        self.generator = generator
        self.records = tuple(records)
        num_bytes = -(-generator.num_bits // 8)
        digits = "".join(
            record.fingerprint.ljust(2 * num_bytes, "0") for record in records
        )
        packed = np.frombuffer(bytes.fromhex(digits), np.uint8)
        # (words, candidates): each pass of a comparison reads one row.
        self._words = _words(packed.reshape(-1, num_bytes)).T.copy()

    @classmethod
    def load(cls, store: Store, generator_digest: str) -> Self:
        """Reads all candidates of a generator from a registry.

        Args:
            store: The registry.
            generator_digest: SHA-256 of the generator's weights.

        Returns:
            The candidates.

        Raises:
            errors.RegistryError: If nothing was issued from that generator: an
                image that accuses nobody in the wrong registry says nothing.
        """
        generator = store.generator(generator_digest)
        return cls(
            generator, store.issuances(generator_digest=generator_digest)
        )

    def __len__(self) -> int:
        return len(self.records)

    def nearest_two(
        self, decoded_bits: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int_]]:
        """The best candidate and the runner-up for each image.

        Args:
            decoded_bits: `(batch, num_bits)` of 0 and 1.

        Returns:
            Their places in `records` and their numbers of differing bits, both
            `(batch, 2)`, nearest first; `(batch, 1)` or `(batch, 0)` where
            there are no two candidates.
        """
        num_nearest = min(2, len(self))
        shape = (len(decoded_bits), num_nearest)
        places, distances = np.empty(shape, np.intp), np.empty(shape, np.int_)
        part = max(1, _MAX_COMPARISONS // max(1, len(self)))
        for start in range(0, len(decoded_bits), part):
            images = np.arange(start, min(start + part, len(decoded_bits)))
            counts = self._differing_bits(decoded_bits[images])
            rows = np.arange(len(images))
            for rank in range(num_nearest):
                found = counts.argmin(axis=1)
                places[images, rank] = found
                distances[images, rank] = counts[rows, found]
                counts[rows, found] = np.iinfo(counts.dtype).max
        return places, distances

    def _differing_bits(self, decoded_bits):
        queries = _words(np.packbits(decoded_bits, axis=-1))  # (batch, words)
        counts = np.zeros((len(queries), len(self)), np.uint16)
        for query, candidates in zip(queries.T, self._words, strict=True):
            counts += np.bitwise_count(query[:, None] ^ candidates)
        return counts


def _words(packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """Fills up rows of bytes with zeros to whole words of 64 bits."""
    missing = -packed.shape[-1] % 8
    filled = np.pad(packed, ((0, 0), (0, missing)))
    return np.ascontiguousarray(filled).view(np.uint64)
