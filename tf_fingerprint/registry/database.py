"""Registries in a database: today one SQLite file, by its path or URL."""

import contextlib
import dataclasses
import os
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Self

import sqlalchemy as sa

from tf_fingerprint import errors
from tf_fingerprint.registry import lazy
from tf_fingerprint.registry import schema
from tf_fingerprint.registry import sqlite
from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.records import State


def open_store(
    url: str | os.PathLike[str], *, create: bool = False
) -> "DatabaseStore":
    """Opens a registry.

    Several processes may have one registry open and write to it at once. Each
    opens its own store, on a local disk: SQLite's write-ahead log needs shared
    memory, which network file systems don't offer.

    What a method has written when it returns outlives a kill of the process;
    once `flush` has returned, also a power failure, on a disk that keeps its
    word. Flush before a copy leaves the house: a fingerprint must not be out
    and forgotten.

    Args:
        url: Path of the file, or a URL such as `sqlite:///registry.db`
            (relative) and `sqlite:////srv/registry.db` (absolute).
        create: Whether to make the registry if there is none. Commands that
            read never do, or a mistyped path would be an empty registry that
            knows nobody.

    Returns:
        The store; a context manager that closes itself.

    Raises:
        errors.RegistryError: If there is no such registry, or the file is not
            a registry, or it can't be opened.
    """
    path = sqlite.file_path(url)
    with _reported(str(path)):
        if not path.exists():
            if not create:
                raise errors.RegistryError(
                    f"{path}: there is no such registry. Reading never creates "
                    "one. Check the path, or issue to a recipient first."
                )
            sqlite.create(path)
    store = DatabaseStore(sqlite.connect(path), name=str(path))
    try:
        store.check_tables()
    except errors.RegistryError:
        store.close()
        raise
    return store


class DatabaseStore:
    """Keeps a registry in a relational database; see `records.Store`.

    Args:
        engine: Connects to the database. Transactions on connections with the
            execution option `writing` must exclude each other.
        name: What error messages call the registry.
    """

    def __init__(self, engine: sa.Engine, *, name: str):
        self._engine = engine
        self._writing_engine = engine.execution_options(writing=True)
        self._name = name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database's connections."""
        self._engine.dispose()

    def flush(self) -> None:
        """Waits until all that was written would outlive a power failure."""
        with _reported(self._name), self._engine.connect() as connection:
            # Not within a transaction, where SQLite refuses to.
            raw = connection.connection.driver_connection
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
        if busy:
            raise errors.RegistryError(
                f"{self._name}: another process kept the registry from being "
                "written to disk. Let that end and try again."
            )

    def check_tables(self) -> None:
        """Raises a `RegistryError` unless the database holds a registry."""
        with self._reading() as connection:
            tables = sa.inspect(connection).get_table_names()
        missing = sorted(schema.METADATA.tables.keys() - set(tables))
        if missing:
            raise errors.RegistryError(
                f"{self._name}: a database, but not a registry. It lacks the "
                f"tables {', '.join(missing)}. Is this the path of another "
                "file?"
            )

    def append(self, records: Sequence[IssuanceRecord]) -> None:
        """Adds records, and their generators where new: all or none."""
        if not records:
            return
        rows = [schema.issuance_row(record) for record in records]
        with self._writing() as connection:
            for generator in {record.generator for record in records}:
                self._keep_generator(connection, generator)
            try:
                connection.execute(sa.insert(schema.ISSUANCES), rows)
            except sa.exc.IntegrityError as error:
                # SQLite names the column, PostgreSQL the constraint with it.
                if "fingerprint" not in str(error.orig):
                    raise
                raise errors.FingerprintTakenError(
                    f"{self._name}: a fingerprint is issued only once. Of "
                    f"{len(records)} received, one or more had been issued "
                    "before. Nothing was recorded; draw again."
                ) from error

    def change_state(
        self, issuance_id: str, *, before: State, after: State
    ) -> IssuanceRecord:
        """Moves an issuance on; one that is there already stays as it is."""
        issuances = schema.ISSUANCES
        with self._writing() as connection:
            connection.execute(
                sa.update(issuances)
                .where(issuances.c.id == issuance_id)
                .where(issuances.c.state == str(before))
                .values(state=str(after))
            )
            record = self._issuance(connection, issuance_id)
            if record.state != after:
                raise errors.RegistryError(
                    f"{self._name}: issuance {issuance_id} must be {before} to "
                    f"become {after}. It is {record.state}."
                )
        return record

    def issuance(self, issuance_id: str) -> IssuanceRecord:
        """The issuance of that id; a `RegistryError` if there is none."""
        with self._reading() as connection:
            return self._issuance(connection, issuance_id)

    def issuances(
        self,
        *,
        generator_digest: str | None = None,
        state: State | None = None,
    ) -> list[IssuanceRecord]:
        """All issuances, first recorded first, or those of one kind."""
        issuances = schema.ISSUANCES
        query = sa.select(issuances).order_by(issuances.c.position)
        if generator_digest is not None:
            query = query.where(
                issuances.c.generator_digest == generator_digest
            )
        if state is not None:
            query = query.where(issuances.c.state == str(state))
        with self._reading() as connection:
            return schema.read_issuances(connection, query)

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

    def _keep_generator(
        self, connection: sa.Connection, generator: GeneratorRecord
    ) -> None:
        known = schema.read_generators(connection, digest=generator.digest)
        if not known:
            values = dataclasses.asdict(generator)
            connection.execute(sa.insert(schema.GENERATORS), values)
        elif known != [generator]:
            raise errors.RegistryError(
                f"{self._name}: a generator must keep its decoder, bits and "
                f"resolution. The registry knows {known[0]}; received "
                f"{generator}. Was the run's decoder trained again?"
            )

    def _issuance(
        self, connection: sa.Connection, issuance_id: str
    ) -> IssuanceRecord:
        query = sa.select(schema.ISSUANCES).where(
            schema.ISSUANCES.c.id == issuance_id
        )
        records = schema.read_issuances(connection, query)
        if not records:
            raise errors.RegistryError(
                f"{self._name}: there is no issuance {issuance_id}. Is this "
                "the registry that it was recorded in?"
            )
        return records[0]

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with _reported(self._name), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with _reported(self._name), self._writing_engine.begin() as connection:
            yield connection


@contextlib.contextmanager
def _reported(name: str) -> Iterator[None]:
    """Says which registry an error of the database's or the disk's is about."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise errors.RegistryError(
            f"{name}: the registry can't be read or written. The database "
            f"says: {error.orig}. {sqlite.advice(error.orig)}"
        ) from error
    except OSError as error:
        raise errors.RegistryError(
            f"{name}: the registry can't be read or written. The system says: "
            f"{error.strerror}. {sqlite.advice(error)}"
        ) from error
    except schema.UnreadableRowError as error:
        raise errors.RegistryError(
            f"{name}: the registry holds a row that is no record. {error} "
            "Was it changed by hand, or written by a newer version?"
        ) from error
