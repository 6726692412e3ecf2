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

_ISSUANCES = schema.ISSUANCES.c
_FRESH = (
    sa.select(
        _ISSUANCES.position,
        _ISSUANCES.fingerprint,
        _ISSUANCES.generator_digest,
    )
    .where(_ISSUANCES.position > sa.bindparam("position"))
    .order_by(_ISSUANCES.position)
)


class Known:
    """Generators and fingerprints of a registry, up to some entry of its log.

    Neither is ever changed or removed, so that only what is new must be read.
    """

    def __init__(self) -> None:
        self.position = 0
        self.generators: dict[str, GeneratorRecord] = {}
        self._head = audit.Head()
        self._issued: dict[int, distances.Issued] = {}

    def refresh(self, connection: sa.Connection, head: audit.Head) -> None:
        """Reads what other processes have recorded meanwhile.

        `connection`: within a transaction that excludes other writers, and has
        not written yet; `head`: the newest entry of the log.
        """
        if head == self._head:
            return
        for generator in schema.read_generators(connection):
            self.generators[generator.digest] = generator
        rows = connection.execute(_FRESH, {"position": self.position}).all()
        with schema.readable():
            self._add(
                (fingerprint, self.generators[digest].num_bits)
                for _, fingerprint, digest in rows
            )
        if rows:
            self.position = rows[-1].position
        self._head = head

    def add(
        self,
        records: Sequence[IssuanceRecord],
        generators: Iterable[GeneratorRecord],
        head: audit.Head,
    ) -> None:
        """Remembers what has just been recorded.

        `records`: in their order, right after all that is known; `generators`:
        those of theirs that were new; `head`: the newest entry of the log after
        that.
        """
        for generator in generators:
            self.generators[generator.digest] = generator
        self._add(
            (record.fingerprint, record.generator.num_bits)
            for record in records
        )
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

    def _add(self, pairs: Iterable[tuple[str, int]]) -> None:
        by_length: dict[int, list[str]] = {}
        for fingerprint, num_bits in pairs:
            by_length.setdefault(num_bits, []).append(fingerprint)
        for num_bits, digits in by_length.items():
            self._of_length(num_bits).add(digits)

    def _of_length(self, num_bits: int) -> distances.Issued:
        if num_bits not in self._issued:
            self._issued[num_bits] = distances.Issued(num_bits)
        return self._issued[num_bits]
