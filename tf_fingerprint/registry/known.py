"""What a store remembers of its registry, so as not to read it every time."""

from collections.abc import Iterable
from collections.abc import Sequence

import sqlalchemy as sa

from tf_fingerprint.registry import audit
from tf_fingerprint.registry import distances
from tf_fingerprint.registry import schema
from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord

# More at once, as imports have, are left to the database to compare if they
# need only differ: comparing each with each would take too long.
_MAX_COMPARED = 4096

# Entries of the log that may be read while other writers wait.
_FEW_ENTRIES = 4096

# Fingerprints read as one text, which databases allow a gigabyte.
_ROWS_AT_ONCE = 2**22

_ISSUANCES = schema.ISSUANCES.c


class Known:
    """Generators and fingerprints of a registry, up to some entry of its log.

    Neither is ever changed or removed, so that only what is new must be read.
    """

    def __init__(self) -> None:
        self.position = 0
        self.generators: dict[str, GeneratorRecord] = {}
        self._head = audit.Head()
        self._issued: dict[int, distances.Issued] = {}

    def is_far_behind(self, head: audit.Head) -> bool:
        """Whether too much is new to be read while other writers wait."""
        return head.position - self._head.position > _FEW_ENTRIES

    def refresh(self, connection: sa.Connection, head: audit.Head) -> None:
        """Reads what other processes have recorded meanwhile.

        Args:
            connection: Within a transaction that sees one state of the
                database, and has not written yet.
            head: The newest entry of the log.

        Raises:
            schema.UnreadableRowError: If a row holds what no record can.
        """
        if head == self._head:
            return
        for generator in schema.read_generators(connection):
            self.generators[generator.digest] = generator
        last = connection.scalar(sa.select(sa.func.max(_ISSUANCES.position)))
        last = last or 0
        while self.position < last:
            end = min(self.position + _ROWS_AT_ONCE, last)
            self._read(connection, end, is_last=end == last)
            self.position = end
        self._head = head

    def add(
        self,
        records: Sequence[IssuanceRecord],
        generators: Iterable[GeneratorRecord],
        head: audit.Head,
    ) -> None:
        """Remembers what has just been recorded.

        Args:
            records: In their order, right after all that is known.
            generators: Those of theirs that were new.
            head: The newest entry of the log after that.
        """
        for generator in generators:
            self.generators[generator.digest] = generator
        by_length: dict[int, list[str]] = {}
        for record in records:
            by_length.setdefault(record.generator.num_bits, []).append(
                record.fingerprint
            )
        for num_bits, digits in by_length.items():
            self._of_length(num_bits).add(digits)
        self.position += len(records)
        self._head = head

    def too_near(
        self, records: Sequence[IssuanceRecord], min_distance: int
    ) -> list[int]:
        """Places of records whose fingerprints are too like others."""
        if min_distance <= 1 and len(records) > _MAX_COMPARED:
            return []
        by_length: dict[int, list[int]] = {}
        for place, record in enumerate(records):
            by_length.setdefault(record.generator.num_bits, []).append(place)
        return sorted(
            places[near]
            for num_bits, places in by_length.items()
            for near in self._of_length(num_bits).too_near(
                [records[place].fingerprint for place in places], min_distance
            )
        )

    def _read(self, connection, end, *, is_last):
        """Reads the fingerprints up to a position, as one text for a length.

        Put together by the database, which saves making a row of each.
        """
        by_length: dict[int, list[str]] = {}
        for generator in self.generators.values():
            by_length.setdefault(generator.num_bits, []).append(
                generator.digest
            )
        text = sa.func.aggregate_strings(_ISSUANCES.fingerprint, "")
        query = sa.select(text)
        if self.position:  # Without conditions an index is all that is read.
            query = query.where(_ISSUANCES.position > self.position)
        if not is_last:
            query = query.where(_ISSUANCES.position <= end)
        for num_bits, digests in by_length.items():
            of_length = query
            if len(by_length) > 1:
                of_length = query.where(
                    _ISSUANCES.generator_digest.in_(digests)
                )
            digits = connection.scalar(of_length) or ""
            with schema.readable():
                self._of_length(num_bits).add_text(digits)

    def _of_length(self, num_bits: int) -> distances.Issued:
        if num_bits not in self._issued:
            self._issued[num_bits] = distances.Issued(num_bits)
        return self._issued[num_bits]
