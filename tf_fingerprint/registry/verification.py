"""Checks an audit log, and the records against what it says of them."""

import contextlib
import datetime
import json
from collections.abc import Iterable
from collections.abc import Iterator

import sqlalchemy as sa

from tf_fingerprint import errors
from tf_fingerprint.registry import audit
from tf_fingerprint.registry import schema

_ROWS_AT_ONCE = 10_000

Contents = dict[str, dict[str, object]]


def verify(
    connection: sa.Connection, *, name: str, head: str | None = None
) -> audit.Head:
    """Checks everything, in one snapshot of the database.

    The entries must lead from the first to the last without a gap, each with
    the digest that its text and the one before give; then every generator and
    issuance must be there in the order of recording, in exactly the words and
    the state that the log says.

    Entries cut off at the end, along with the records they were about, can't be
    told from entries that never were, unless somebody kept a digest.

    `connection`: within a transaction that sees one state of the database;
    `head`: digest that was handed out before and must be in the chain.
    """
    last = audit.Head()
    expected: dict[str, Contents] = {"generator": {}, "issuance": {}}
    head_seen = head is None or head == last.digest
    with _rows(connection, schema.EVENTS) as rows:
        for row in rows:
            last = _checked_event(name, last, row)
            _replay(name, row, expected)
            head_seen = head_seen or row.digest == head
    for table in (schema.GENERATORS, schema.ISSUANCES):
        with _rows(connection, table) as rows:
            what = table.name.removesuffix("s")
            _check_rows(name, what, rows, expected[what])
    if not head_seen:
        raise errors.AuditError(
            f"{name}: the given head {head} must be in the audit log. Its "
            f"{last.position} entries lead to {last.digest} and never pass it: "
            "entries at the end were removed, or the log was written anew."
        )
    return last


def _checked_event(name, last, row):
    """The head after an entry, if it is the one that must come next."""
    position = last.position + 1
    if row.position != position:
        raise errors.AuditError(
            f"{name}: entry {position} of the audit log must follow on "
            f"{last.position}. Found {row.position}: the one between was "
            "removed or moved."
        )
    digest = audit.digest_of(last.digest, row.entry)
    if row.digest != digest:
        raise errors.AuditError(
            f"{name}: entry {position} of the audit log must have the digest "
            f"{digest}. Found {row.digest}: the entry was changed or moved."
        )
    return audit.Head(position, digest)


def _replay(name, row, expected):
    """Does to the expected contents what an entry says was done."""
    try:
        entry = json.loads(row.entry)
        said = entry["position"], entry["subject"]
        if said != (row.position, row.subject):
            raise errors.AuditError(
                f"{name}: entry {row.position} of the audit log must be filed "
                f"as what it is. It is filed under {row.subject!r}, but says "
                f"{said}."
            )
        for what in ("generator", "issuance"):
            if what in entry:
                _add(name, row, what, dict(entry[what]), expected[what])
        if "changes" in entry:
            expected["issuance"][row.subject] |= entry["changes"]
    except (LookupError, TypeError, ValueError) as error:
        raise errors.AuditError(
            f"{name}: entry {row.position} of the audit log must say what was "
            f"done to what is there. It can't be followed: {error!r}."
        ) from error


def _add(name, row, what, contents, expected):
    if row.subject in expected:
        raise errors.AuditError(
            f"{name}: entry {row.position} of the audit log records the "
            f"{what} {row.subject} a second time. Was the log put together "
            "from two?"
        )
    expected[row.subject] = contents


def _check_rows(name, what, rows, expected):
    """Compares a table with what the log says must be in it."""
    key = {"generator": "digest", "issuance": "id"}[what]
    remaining = iter(list(expected))
    for row in rows:
        contents = _plain(row._asdict())
        subject = contents[key]
        if subject not in expected:
            raise errors.AuditError(
                f"{name}: the {what} {subject} is in no entry of the audit "
                "log. It was added or renamed past the log."
            )
        if what == "issuance":  # Generators have no order.
            due = next(remaining)
            if due != subject:
                raise errors.AuditError(
                    f"{name}: the issuance {due} must come before {subject}, "
                    "as the audit log says. It was removed or moved."
                )
        _compare(name, what, subject, contents, expected.pop(subject))
    if expected:
        raise errors.AuditError(
            f"{name}: the {what} {next(iter(expected))} must be there, as the "
            "audit log says. It was removed."
        )


def _compare(name, what, subject, found, expected):
    for key in expected | found:
        if found.get(key) != expected.get(key):
            raise errors.AuditError(
                f"{name}: `{key}` of the {what} {subject} must be "
                f"{expected.get(key)!r}, as the audit log says. Found "
                f"{found.get(key)!r}: it was changed past the log."
            )


@contextlib.contextmanager
def _rows(
    connection: sa.Connection, table: sa.Table
) -> Iterator[Iterable[sa.Row]]:
    """All rows in order; times as the database has them, readable or not."""
    columns = [
        sa.type_coerce(column, sa.types.NullType).label(column.name)
        if isinstance(column.type, schema.UtcDateTime)
        else column
        for column in table.c
    ]
    order = table.c.get("position", next(iter(table.c)))
    query = sa.select(*columns).order_by(order)
    options = {"yield_per": _ROWS_AT_ONCE}
    with connection.execute(query, execution_options=options) as result:
        yield result


def _plain(contents: dict[str, object]) -> dict[str, object]:
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
