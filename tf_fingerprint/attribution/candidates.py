"""Issued fingerprints, packed for comparison with what a decoder read."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from tf_fingerprint import fingerprints
from tf_fingerprint.attribution import search
from tf_fingerprint.registry import lazy
from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.stores import Store


class Candidates:
    """The issued fingerprints of one generator, packed for comparison.

    A decoder reads only fingerprints of the generator that it was trained
    with, so those of others are no candidates. Reservations are: their copies
    may be in the wild already.

    Args:
        generator: The generator whose decoder reads the images.
        records: Issuances from that generator, in any state.

    Attributes:
        packed: `(candidates, num_bytes)`, their fingerprints as
            `fingerprints.pack` packs them.

    Raises:
        ValueError: If a record is another generator's.
    """

    def __init__(
        self, generator: GeneratorRecord, records: Sequence[IssuanceRecord]
    ):
        if not isinstance(records, lazy.LazyRecords):
            _check_generator(generator, records)
            records = tuple(records)
        self.generator = generator
        self.records = records
        self.packed = _packed(generator, records)
        self._search = search.make_search(self.packed)

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
        return cls(generator, store.lazy_issuances(generator))

    def __len__(self) -> int:
        return len(self.records)

    def nearest_two(
        self, decoded_bits: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The best candidate and the runner-up for each image.

        Args:
            decoded_bits: `(batch, num_bits)` of 0 and 1.

        Returns:
            Their places in `records` and their numbers of differing bits, both
            `(batch, 2)`, nearest first, of equally near ones the first first;
            `(batch, 1)` or `(batch, 0)` where there are no two candidates.
        """
        return self._search.nearest_two(fingerprints.pack(decoded_bits))


def _check_generator(
    generator: GeneratorRecord, records: Sequence[IssuanceRecord]
) -> None:
    """Raises a `ValueError` if a record is another generator's."""
    strangers = {record.generator for record in records} - {generator}
    if strangers:
        raise ValueError(
            "`records` must all be issued from the generator "
            f"{generator.digest[:12]}. Received one from "
            f"{strangers.pop().digest[:12]}. Its decoder can't read it."
        )


def _packed(
    generator: GeneratorRecord, records: Sequence[IssuanceRecord]
) -> npt.NDArray[np.uint8]:
    """`(candidates, num_bytes)`; their fingerprints, checked when made."""
    if isinstance(records, lazy.LazyRecords):
        return records.packed
    num_bytes = -(-generator.num_bits // 8)
    digits = "".join(
        record.fingerprint.ljust(2 * num_bytes, "0") for record in records
    )
    packed = np.frombuffer(bytes.fromhex(digits), np.uint8)
    return packed.reshape(-1, num_bytes)
