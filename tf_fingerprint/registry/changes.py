"""What one transaction changes, in the tables and in the audit log alike."""

import dataclasses
import datetime
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence

import sqlalchemy as sa

from tf_fingerprint import errors
from tf_fingerprint.registry import audit
from tf_fingerprint.registry import schema
from tf_fingerprint.registry.records import IN_USE
from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.records import State
from tf_fingerprint.registry.records import check_same
from tf_fingerprint.registry.records import check_time

_INSERT_ISSUANCES = sa.insert(schema.ISSUANCES)


def find(
    connection: sa.Connection, issuance_id: str, *, name: str
) -> IssuanceRecord:
    """The issuance of an id."""
    query = sa.select(schema.ISSUANCES).where(
        schema.ISSUANCES.c.id == issuance_id
    )
    records = schema.read_issuances(connection, query)
    if not records:
        raise errors.RegistryError(
            f"{name}: there is no issuance {issuance_id}. Is this "
            "the registry that it was recorded in?"
        )
    return records[0]


class Changes:
    """Changes of one transaction; `log` must be written before it ends.

    `connection`: within a transaction that excludes other writers.
    """

    def __init__(self, connection: sa.Connection, *, name: str):
        self.log = audit.Log(audit.read_head(connection))
        self._connection = connection
        self._name = name

    def generators(
        self,
        records: Sequence[IssuanceRecord],
        known: Mapping[str, GeneratorRecord],
        action: str,
    ) -> list[GeneratorRecord]:
        """Adds the records' generators that are new, and returns them.

        Raises `errors.RegistryError` if one is known with another decoder,
        length or resolution.
        """
        new: dict[str, GeneratorRecord] = {}
        for generator in {record.generator: None for record in records}:
            earlier = new.get(generator.digest) or known.get(generator.digest)
            if earlier is None:
                values = dataclasses.asdict(generator)
                insert = sa.insert(schema.GENERATORS)
                self._connection.execute(insert, values)
                self.log.add(action, generator.digest, {"generator": values})
                new[generator.digest] = generator
            else:
                check_same(earlier, generator)
        return list(new.values())

    def records(
        self, records: Sequence[IssuanceRecord], position: int, action: str
    ) -> None:
        """Adds issuances."""
        rows = [
            schema.issuance_row(record, each)
            for each, record in enumerate(records, position)
        ]
        try:
            self._connection.execute(_INSERT_ISSUANCES, rows)
        except sa.exc.IntegrityError as error:
            self._explain(error)
            raise
        for record, row in zip(records, rows, strict=True):
            content = {"issuance": schema.logged_row(row)}
            self.log.add(action, record.id, content)

    def state(
        self,
        issuance_id: str,
        before: Collection[State],
        after: State,
        reason: str,
    ) -> IssuanceRecord:
        """Moves an issuance on, unless it is there; see `stores.Store`."""
        record = find(self._connection, issuance_id, name=self._name)
        if record.state == after:
            return record
        return self._move(record, before, after, reason)

    def retire(self, issuance_id: str, successors: Sequence[str]) -> None:
        """Retires an issuance, once: nothing is replaced twice.

        Raises `errors.RegistryError` if there is none, or it is not in use.
        """
        record = find(self._connection, issuance_id, name=self._name)
        reason = f"replaced by {', '.join(successors)}"
        self._move(record, IN_USE, State.RETIRED, reason)

    def expiry(
        self,
        issuance_id: str,
        expires_at: datetime.datetime | None,
        reason: str,
    ) -> IssuanceRecord:
        """Sets until when an issuance holds, unless it does; likewise."""
        if expires_at is not None:
            check_time("expires_at", expires_at)
            expires_at = expires_at.astimezone(datetime.UTC)
        record = find(self._connection, issuance_id, name=self._name)
        if record.expires_at != expires_at:
            self._update(issuance_id, {"expires_at": expires_at}, reason)
        return dataclasses.replace(record, expires_at=expires_at)

    def decoder(self, generator: GeneratorRecord, reason: str) -> None:
        """Gives a generator another decoder, unless it has it."""
        digest = generator.digest
        known = schema.read_generators(self._connection, digest=digest)
        if not known:
            raise errors.RegistryError(
                f"{self._name}: nothing was issued from the generator "
                f"{digest[:12]}, so that no decoder of it can be changed. Is "
                "this the registry of another run?"
            )
        values = {"decoder_digest": generator.decoder_digest}
        check_same(dataclasses.replace(known[0], **values), generator)
        if known[0] == generator:
            return
        table = schema.GENERATORS
        self._connection.execute(
            sa.update(table).where(table.c.digest == digest).values(values)
        )
        content: dict[str, object] = {"changes": values}
        if reason:
            content["reason"] = reason
        self.log.add("change", digest, content)

    def _move(self, record, before, after, reason):
        if record.state not in before:
            raise errors.RegistryError(
                f"{self._name}: issuance {record.id} must be "
                f"{' or '.join(before)} to become {after}. It is "
                f"{record.state}."
            )
        self._update(record.id, {"state": str(after)}, reason)
        return dataclasses.replace(record, state=after)

    def _update(self, issuance_id, values, reason):
        """Changes columns of one row, and says so in the log."""
        issuances = schema.ISSUANCES
        self._connection.execute(
            sa.update(issuances)
            .where(issuances.c.id == issuance_id)
            .values(values)
        )
        content = {"changes": schema.logged_row(values)}
        if reason:
            content["reason"] = reason
        self.log.add("change", issuance_id, content)

    def _explain(self, error):
        """Raises what a broken constraint means, if it is an expected one."""
        # SQLite names the columns, PostgreSQL the constraint with them.
        said = str(error.orig)
        if "fingerprint" in said:
            raise errors.FingerprintTakenError(
                f"{self._name}: a fingerprint is issued only once. One or more "
                "of those received had been issued before. Nothing was "
                "recorded; draw again."
            ) from error
        if "batch" in said:
            raise errors.BatchTakenError(
                f"{self._name}: each line of a batch is issued for only once. "
                "One or more of those received had been. Nothing was recorded."
            ) from error
