"""What the audit log says of a row, and whether the row says the same."""

import contextlib
import datetime
import json
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

import sqlalchemy as sa

from tf_fingerprint import errors
from tf_fingerprint.registry import audit
from tf_fingerprint.registry import schema
from tf_fingerprint.registry.records import IssuanceRecord

TABLES = {"generator": schema.GENERATORS, "issuance": schema.ISSUANCES}
KEYS = {"generator": "digest", "issuance": "id"}
_EVENTS = schema.EVENTS.c

# What may change after it was recorded.
_CHANGING = ("state", "expires_at")


def check(
    connection: sa.Connection, record: IssuanceRecord, *, name: str
) -> IssuanceRecord:
    """The issuance as it is now, once the log says the same of it.

    Reads a handful of rows, however many there are: those of the issuance and
    its generator, and of the log their entries with both neighbours. A log
    rewritten from there to its end is for `verification.verify` to tell.

    Args:
        connection: Within a transaction that sees one state of the database.
        record: As it was read, at any earlier time.
        name: What error messages call the registry.

    Returns:
        The record.

    Raises:
        errors.AuditError: If row, log or record differ.
        errors.RegistryError: If there is no such issuance.
    """
    query = sa.select(schema.ISSUANCES).where(
        schema.ISSUANCES.c.id == record.id
    )
    for what, subject in (
        ("generator", record.generator.digest),
        ("issuance", record.id),
    ):
        table = TABLES[what]
        key = table.c[KEYS[what]]
        rows = connection.execute(plain_query(table).where(key == subject))
        row = rows.first()
        if row is None:
            raise errors.AuditError(
                f"{name}: the {what} {subject} must be there, as what was read "
                "of it says. It was removed, or this is another registry."
            )
        entries = audit.read_events(connection, subject)
        _check_chained(connection, entries, name)
        said = replayed(name, what, subject, entries)
        compare(name, what, subject, plain(row._asdict()), said)
    [found] = schema.read_issuances(connection, query)
    ours, now = record.to_dict(), found.to_dict()
    for changing in _CHANGING:
        now[changing] = ours[changing]
    compare(name, "issuance", record.id, ours, now)
    return found


def replayed(
    name: str, what: str, subject: str, entries: Iterable[audit.Event]
) -> dict[str, object]:
    """What the log says a row must hold, after all that was done to it.

    Args:
        name: What error messages call the registry.
        what: "issuance" or "generator".
        subject: Its id or digest.
        entries: All that are about it, in order.

    Raises:
        errors.AuditError: If no entry records it, or one can't be followed.
    """
    said: dict[str, object] | None = None
    for entry in entries:
        with followed(name, entry.position):
            content = json.loads(entry.entry)
            if what in content:
                said = dict(content[what])
            if "changes" in content:
                if said is None:
                    raise ValueError(f"{subject} was not recorded before")
                said |= content["changes"]
    if said is None:
        raise unlogged(name, what, subject)
    return said


@contextlib.contextmanager
def followed(name: str, position: int) -> Iterator[None]:
    """Turns what a strange entry causes into an `AuditError`."""
    try:
        yield
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise errors.AuditError(
            f"{name}: entry {position} of the audit log must say what was "
            f"done to what is there. It can't be followed: {error!r}."
        ) from error


def compare(
    name: str,
    what: str,
    subject: str,
    found: Mapping[str, object],
    said: Mapping[str, object],
) -> None:
    """Raises an `AuditError` unless a row holds what the log says.

    Fingerprints are not shown: messages are kept and sent about.
    """
    for key in {**said, **found}:
        if found.get(key) == said.get(key):
            continue
        values = (
            "another one"
            if key == "fingerprint"
            else f"{found.get(key)!r}, not {said.get(key)!r}"
        )
        raise errors.AuditError(
            f"{name}: `{key}` of the {what} {subject} must be as the audit log "
            f"says. Found {values}: it was changed past the log. Nobody can be "
            "named by it; restore the registry from a backup."
        )


def unlogged(name: str, what: str, subject: str) -> errors.AuditError:
    """The error of a row that no entry records."""
    return errors.AuditError(
        f"{name}: the {what} {subject} is in no entry of the audit log. It was "
        "added or renamed past the log."
    )


def plain_query(table: sa.Table) -> sa.Select:
    """All rows; times as the database has them, readable or not."""
    return sa.select(
        *(
            sa.type_coerce(column, sa.types.NullType).label(column.name)
            if isinstance(column.type, schema.UtcDateTime)
            else column
            for column in table.c
        )
    )


def plain(contents: dict[str, object]) -> dict[str, object]:
    """A row as the audit log would say it."""
    contents.pop("position", None)
    for key in ("issued_at", "expires_at"):
        moment = contents.get(key)
        if isinstance(moment, str):
            try:
                moment = datetime.datetime.fromisoformat(moment)
            except ValueError:
                continue  # No time at all: the comparison will tell.
        if isinstance(moment, datetime.datetime):
            moment = moment.replace(tzinfo=moment.tzinfo or datetime.UTC)
            contents[key] = schema.in_words(moment)
    return contents


def _check_chained(connection, entries, name):
    """Raises unless entries have the digests that their neighbours give."""
    positions = {
        entry.position + step for entry in entries for step in (-1, 0, 1)
    }
    rows = connection.execute(
        sa.select(_EVENTS.position, _EVENTS.entry, _EVENTS.digest)
        .where(_EVENTS.position.in_(positions))
        .order_by(_EVENTS.position)
    ).all()
    by_position = {row.position: row for row in rows}
    for row in rows:
        before = by_position.get(row.position - 1)
        if before is None and row.position - 1 in positions - {0}:
            raise missing_entry(name, row.position - 1, row.position)
        if before is not None or row.position == 1:
            check_digest(name, before.digest if before else "0" * 64, row)


def check_digest(name: str, previous: str, row: sa.Row) -> str:
    """The digest of an entry; raises an `AuditError` if it has another."""
    digest = audit.digest_of(previous, row.entry)
    if row.digest != digest:
        raise errors.AuditError(
            f"{name}: entry {row.position} of the audit log must have the "
            f"digest {digest}. Found {row.digest}: the entry was changed or "
            "moved."
        )
    return digest


def missing_entry(name: str, due: int, found: int) -> errors.AuditError:
    """The error of a gap in the log."""
    return errors.AuditError(
        f"{name}: entry {due} of the audit log must follow on {due - 1}. Found "
        f"{found}: the one between was removed or moved."
    )


def in_parts(
    connection: sa.Connection, query: sa.Select, rows_at_once: int
) -> Iterator[Sequence[sa.Row]]:
    """The rows of a query, few of them in memory at a time."""
    options = {"yield_per": rows_at_once}
    with connection.execute(query, execution_options=options) as result:
        yield from result.partitions()
