"""Tables of a registry, and how their rows become records."""

import contextlib
import datetime
from collections.abc import Iterator
from collections.abc import Mapping

import sqlalchemy as sa

from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.records import State


class UnreadableRowError(Exception):
    """A row that no record can be made of."""


class UtcDateTime(sa.TypeDecorator):
    """Moments in UTC, also on databases that keep no time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        """Time zone away: what is stored is UTC."""
        return value and value.astimezone(datetime.UTC)

    def process_result_value(self, value, dialect):
        """Time zone back."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=datetime.UTC)
        return value.astimezone(datetime.UTC)


# The newest migration; see `migrations/versions`.
VERSION = "0002"

METADATA = sa.MetaData(
    # Names for what a later migration may want to change.
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

GENERATORS = sa.Table(
    "generators",
    METADATA,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("decoder_digest", sa.String(64), nullable=False),
    sa.Column("num_bits", sa.Integer, nullable=False),
    sa.Column("resolution", sa.Integer, nullable=False),
)

ISSUANCES = sa.Table(
    "issuances",
    METADATA,
    # The order in which issuances were recorded; clocks may run backwards.
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("fingerprint", sa.String(128), nullable=False, unique=True),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("issued_at", UtcDateTime, nullable=False),
    sa.Column(
        "generator_digest",
        sa.ForeignKey(GENERATORS.c.digest),
        nullable=False,
    ),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("issued_by", sa.Text, nullable=False, server_default=""),
    sa.Column("expires_at", UtcDateTime),
    sa.Column("batch", sa.Text),
    sa.Column("batch_line", sa.Integer),
    sa.Index("uq_issuances_batch", "batch", "batch_line", unique=True),
    sqlite_autoincrement=True,  # A position is never given out twice.
)

EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    # What it is about, out of the entry, to look up by.
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Index("ix_events_subject", "subject"),
)

# Alembic's own table; ours to write only where a registry is made.
VERSIONS = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), primary_key=True),
)


def issuance_row(record: IssuanceRecord, position: int) -> dict[str, object]:
    """What the table of issuances holds of a record."""
    return {
        "position": position,
        "id": record.id,
        "fingerprint": record.fingerprint,
        "recipient": record.recipient,
        "issued_at": record.issued_at,
        "generator_digest": record.generator.digest,
        "state": str(record.state),
        "issued_by": record.issued_by,
        "expires_at": record.expires_at,
        "batch": record.batch,
        "batch_line": record.batch_line,
    }


def logged_row(row: Mapping[str, object]) -> dict[str, object]:
    """What the audit log says of such a row; where it stands is not said."""
    return {
        name: in_words(value)
        for name, value in row.items()
        if name != "position"
    }


def in_words(value: object) -> object:
    """A value of a column as JSON can hold it: times as ISO 8601, in UTC."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    return value


def read_generators(
    connection: sa.Connection, *, digest: str | None = None
) -> list[GeneratorRecord]:
    """All generators, or the one of a digest if there is one."""
    query = sa.select(GENERATORS)
    if digest is not None:
        query = query.where(GENERATORS.c.digest == digest)
    with readable():
        rows = connection.execute(query).mappings()
        return [GeneratorRecord(**row) for row in rows]


def read_issuances(
    connection: sa.Connection, query: sa.Select
) -> list[IssuanceRecord]:
    """The records that a query of the table of issuances finds."""
    generators = {each.digest: each for each in read_generators(connection)}
    with readable():
        return [
            IssuanceRecord(
                id=row.id,
                fingerprint=row.fingerprint,
                recipient=row.recipient,
                issued_at=row.issued_at,
                generator=generators[row.generator_digest],
                state=State(row.state),
                issued_by=row.issued_by,
                expires_at=row.expires_at,
                batch=row.batch,
                batch_line=row.batch_line,
            )
            for row in connection.execute(query)
        ]


@contextlib.contextmanager
def readable() -> Iterator[None]:
    """Turns what unfit values cause into an `UnreadableRowError`."""
    try:
        yield
    except (LookupError, TypeError, ValueError) as error:
        raise UnreadableRowError(str(error)) from error
