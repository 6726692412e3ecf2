"""Keeps a registry in a relational database: SQLite's or PostgreSQL's."""

import contextlib
import datetime
import threading
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Self

import sqlalchemy as sa

from tf_fingerprint import errors
from tf_fingerprint.registry import audit
from tf_fingerprint.registry import changes
from tf_fingerprint.registry import known
from tf_fingerprint.registry import lazy
from tf_fingerprint.registry import logged
from tf_fingerprint.registry import reporting
from tf_fingerprint.registry import schema
from tf_fingerprint.registry import verification
from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.records import State


class DatabaseStore:
    """Keeps a registry in a relational database; see `records.Store`.

    Args:
        engine: Connects to the database. Transactions on connections with the
            execution option `writing` must exclude each other.
        name: What error messages call the registry.
        flush: Waits for the disk, if committing does not.
    """

    def __init__(
        self,
        engine: sa.Engine,
        *,
        name: str,
        flush: Callable[[], None] = lambda: None,
    ):
        self._engine = engine
        self._writing_engine = engine.execution_options(writing=True)
        self._name = name
        self._flush = flush
        # Of several threads only one at a time changes what is known.
        self._lock = threading.Lock()
        self._known = known.Known()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database's connections."""
        self._engine.dispose()

    def flush(self) -> None:
        """Waits until all that was written would outlive a power failure."""
        with reporting.reported(self._name):
            self._flush()

    def append(
        self,
        records: Sequence[IssuanceRecord],
        *,
        min_distance: int = 1,
        replaced: str | None = None,
        action: str = "issue",
    ) -> None:
        """Adds records, and their generators where new: all or none."""
        if not records:
            return
        with self._lock:
            while not self._appended(records, min_distance, replaced, action):
                # Without keeping others from writing: it may be a million.
                with self._reading() as connection:
                    self._known.refresh(connection, audit.read_head(connection))

    def _appended(self, records, min_distance, replaced, action):
        """Whether they were added, or there was too much to read before."""
        with self._writing() as connection:
            change = changes.Changes(connection, name=self._name)
            if self._known.is_far_behind(change.log.head):
                return False
            self._known.refresh(connection, change.log.head)
            self._check_distances(records, min_distance)
            if replaced is not None:
                change.retire(replaced, [each.id for each in records])
            new = change.generators(records, self._known.generators, action)
            change.records(records, self._known.position + 1, action)
            change.log.write(connection)
        # Only now: before the end of the transaction all may be undone.
        self._known.add(records, new, change.log.head)
        return True

    def change_state(
        self,
        issuance_id: str,
        *,
        before: Collection[State],
        after: State,
        reason: str = "",
    ) -> IssuanceRecord:
        """Moves an issuance on; one that is there already stays as it is."""
        with self._writing() as connection:
            change = changes.Changes(connection, name=self._name)
            record = change.state(issuance_id, before, after, reason)
            change.log.write(connection)
        return record

    def change_expiry(
        self,
        issuance_id: str,
        expires_at: datetime.datetime | None,
        *,
        reason: str = "",
    ) -> IssuanceRecord:
        """Sets until when an issuance holds; None means for ever."""
        with self._writing() as connection:
            change = changes.Changes(connection, name=self._name)
            record = change.expiry(issuance_id, expires_at, reason)
            change.log.write(connection)
        return record

    def change_decoder(
        self, generator: GeneratorRecord, *, reason: str = ""
    ) -> None:
        """Records that another decoder reads a generator's fingerprints."""
        with self._writing() as connection:
            change = changes.Changes(connection, name=self._name)
            change.decoder(generator, reason)
            change.log.write(connection)

    def issuance(self, issuance_id: str) -> IssuanceRecord:
        """The issuance of that id; a `RegistryError` if there is none."""
        with self._reading() as connection:
            return self._issuance(connection, issuance_id)

    def issuances(
        self,
        *,
        generator_digest: str | None = None,
        state: State | None = None,
        batch: str | None = None,
        expired_at: datetime.datetime | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> list[IssuanceRecord]:
        """All issuances, first recorded first, or those of one kind."""
        issuances = schema.ISSUANCES.c
        query = sa.select(schema.ISSUANCES).order_by(issuances.position)
        if generator_digest is not None:
            query = query.where(issuances.generator_digest == generator_digest)
        if state is not None:
            query = query.where(issuances.state == str(state))
        if batch is not None:
            query = query.where(issuances.batch == batch)
        if expired_at is not None:
            query = query.where(issuances.expires_at <= expired_at)
        if after is not None:
            position = sa.select(issuances.position).where(
                issuances.id == after
            )
            query = query.where(issuances.position > position.scalar_subquery())
        with self._reading() as connection:
            if after is not None:
                self._issuance(connection, after)  # Must be there.
            return schema.read_issuances(connection, query.limit(limit))

    def count(self) -> int:
        """How many issuances there are."""
        position = schema.ISSUANCES.c.position  # Without gaps.
        with self._reading() as connection:
            return connection.scalar(sa.select(sa.func.max(position))) or 0

    def lazy_issuances(self, generator: GeneratorRecord) -> lazy.LazyRecords:
        """All issuances from a generator, first recorded first."""
        with self._reading() as connection:
            rows = connection.execute(lazy.query(generator.digest))
            return lazy.LazyRecords(generator, rows, name=self._name)

    def generator(self, digest: str) -> GeneratorRecord:
        """The generator of that digest; a `RegistryError` if there is none."""
        known = {record.digest: record for record in self.generators()}
        if digest not in known:
            raise errors.RegistryError(
                f"{self._name}: nothing was issued from the generator "
                f"{digest[:12]}. The registry knows "
                f"{', '.join(each[:12] for each in known) or 'none'}. Is this "
                "the registry of another run?"
            )
        return known[digest]

    def generators(self) -> list[GeneratorRecord]:
        """All generators that fingerprints were issued for."""
        with self._reading() as connection:
            return schema.read_generators(connection)

    def events(self, subject: str) -> list[audit.Event]:
        """What happened to one issuance or generator, in order."""
        with self._reading() as connection:
            return audit.read_events(connection, subject)

    def head(self) -> audit.Head:
        """The newest entry of the audit log; it stands for all before it."""
        with self._reading() as connection:
            return audit.read_head(connection)

    def verify(
        self,
        head: str | None = None,
        *,
        progress: verification.Progress = verification.unwatched,
    ) -> audit.Head:
        """Checks the audit log, and the records against it."""
        with self._reading() as connection:
            return verification.verify(
                connection, name=self._name, head=head, progress=progress
            )

    def vouched(self, record: IssuanceRecord) -> IssuanceRecord:
        """The record as it is now, once the log says the same of it."""
        with self._reading() as connection:
            return logged.check(connection, record, name=self._name)

    def _check_distances(self, records, min_distance):
        places = self._known.too_near(records, min_distance)
        if places:
            raise errors.FingerprintTakenError(
                f"{self._name}: a fingerprint is issued only once, and must "
                f"differ from all others in {min_distance} or more bits. Of "
                f"{len(records)} received, {len(places)} did not. Nothing was "
                "recorded; draw again.",
                places,
            )

    def _issuance(self, connection, issuance_id):
        return changes.find(connection, issuance_id, name=self._name)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with reporting.reported(self._name), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with (
            reporting.reported(self._name),
            self._writing_engine.begin() as connection,
        ):
            yield connection
