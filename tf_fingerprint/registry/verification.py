"""Checks an audit log, and all records against what it says of them."""

import itertools
import json
from collections.abc import Callable

import sqlalchemy as sa

from tf_fingerprint import errors
from tf_fingerprint.registry import audit
from tf_fingerprint.registry import logged
from tf_fingerprint.registry import schema

_ROWS_AT_ONCE = 5000

# Told how many steps are done, of how many.
Progress = Callable[[int, int], object]

_EVENTS, _ISSUANCES = schema.EVENTS.c, schema.ISSUANCES.c
_ALL_EVENTS = sa.select(schema.EVENTS).order_by(_EVENTS.position)
_IDS = sa.select(_ISSUANCES.id).order_by(_ISSUANCES.position)
_ROWS = logged.plain_query(schema.ISSUANCES).order_by(_ISSUANCES.position)
_THEIR_EVENTS = (
    sa.select(_EVENTS.subject, _EVENTS.position, _EVENTS.entry, _EVENTS.digest)
    .join_from(
        schema.ISSUANCES, schema.EVENTS, _EVENTS.subject == _ISSUANCES.id
    )
    .where(_ISSUANCES.position.between(*map(sa.bindparam, ("first", "last"))))
    .order_by(_EVENTS.position)
)


def unwatched(done: int, total: int) -> None:
    """The progress that nobody is told of."""


def verify(
    connection: sa.Connection,
    *,
    name: str,
    head: str | None = None,
    progress: Progress = unwatched,
) -> audit.Head:
    """Checks everything, in one snapshot of the database.

    The entries must lead from the first to the last without a gap, each with
    the digest that its text and the one before give; then every generator and
    issuance must be there in the order of recording, in exactly the words and
    the state that the log says. Both are read a part at a time.

    Entries cut off at the end, along with the records they were about, can't be
    told from entries that never were, unless somebody kept a digest.

    Args:
        connection: Within a transaction that sees one state of the database.
        name: What error messages call the registry.
        head: Digest that was handed out before and must be in the chain.
        progress: Told how far it is.

    Returns:
        The newest entry.

    Raises:
        errors.AuditError: If something was changed, removed or reordered. The
            message names the first.
    """
    total = sum(
        connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in (schema.EVENTS, schema.ISSUANCES)
    )
    chain = _Chain(connection, name, head)
    for part in logged.in_parts(connection, _ALL_EVENTS, _ROWS_AT_ONCE):
        for row in part:
            chain.follow(row)
        progress(chain.last.position, total)
    chain.end()
    done = chain.last.position
    num_changes = 0
    for part in logged.in_parts(connection, _ROWS, _ROWS_AT_ONCE):
        num_changes += _check_issuances(connection, name, part)
        done += len(part)
        progress(done, total)
    if num_changes != chain.num_changes:
        raise _changes_nothing(connection, name)
    return chain.last


class _Chain:
    """Follows the log, and what it says was recorded, in their order."""

    def __init__(self, connection: sa.Connection, name: str, head: str | None):
        self.last = audit.Head()
        self.num_changes = 0
        self._connection = connection
        self._name = name
        self._head = head
        self._head_seen = head in (None, self.last.digest)
        self._generators: dict[str, dict[str, object]] = {}
        self._ids = itertools.chain.from_iterable(
            logged.in_parts(connection, _IDS, _ROWS_AT_ONCE)
        )
        # The first issuance of the log, and the row found instead, if any.
        self._out_of_order: tuple[str, str | None] | None = None

    def follow(self, row: sa.Row) -> None:
        """Checks the entry that must come next."""
        position = self.last.position + 1
        if row.position != position:
            raise logged.missing_entry(self._name, position, row.position)
        digest = logged.check_digest(self._name, self.last.digest, row)
        self.last = audit.Head(position, digest)
        self._head_seen = self._head_seen or digest == self._head
        with logged.followed(self._name, position):
            entry = json.loads(row.entry)
            if (entry["position"], entry["subject"]) != (position, row.subject):
                raise errors.AuditError(
                    f"{self._name}: entry {position} of the audit log must be "
                    f"filed as what it is. It is filed under {row.subject!r}, "
                    f"but says {entry['position'], entry['subject']}."
                )
            self._follow_content(row.subject, entry)

    def _follow_content(self, subject, entry):
        if "generator" in entry:
            if subject in self._generators:
                raise ValueError("recorded a second time")
            self._generators[subject] = dict(entry["generator"])
        if "issuance" in entry:
            found = next(self._ids, None)
            if found is None or found.id != subject:
                self._out_of_order = self._out_of_order or (
                    subject,
                    found and found.id,
                )
        if "changes" in entry and subject in self._generators:
            self._generators[subject] |= entry["changes"]
        elif "changes" in entry:
            self.num_changes += 1

    def end(self) -> None:
        """Checks what the whole log says: generators, ids, their order."""
        rows = self._connection.execute(logged.plain_query(schema.GENERATORS))
        for row in rows:
            said = self._generators.pop(row.digest, None)
            if said is None:
                raise logged.unlogged(self._name, "generator", row.digest)
            logged.compare(
                self._name, "generator", row.digest, row._asdict(), said
            )
        for digest in self._generators:
            raise self._removed("generator", digest)
        if self._out_of_order:
            raise self._explained(*self._out_of_order)
        for row in self._ids:
            raise logged.unlogged(self._name, "issuance", row.id)
        if not self._head_seen:
            raise errors.AuditError(
                f"{self._name}: the given head {self._head} must be in the "
                f"audit log. Its {self.last.position} entries lead to "
                f"{self.last.digest} and never pass it: entries at the end "
                "were removed, or the log was written anew."
            )

    def _explained(self, due, found):
        """What it means that a row comes where the log says another."""
        if found is None:
            return self._removed("issuance", due)
        entries = audit.read_events(self._connection, found)
        if not any('"issuance":{' in entry.entry for entry in entries):
            return logged.unlogged(self._name, "issuance", found)
        return errors.AuditError(
            f"{self._name}: the issuance {due} must come before {found}, as "
            "the audit log says. It was removed or moved, or recorded twice."
        )

    def _removed(self, what, subject):
        return errors.AuditError(
            f"{self._name}: the {what} {subject} must be there, as the audit "
            "log says. It was removed."
        )


def _check_issuances(connection, name, rows) -> int:
    """Compares rows that follow each other with the log; their changes."""
    first, last = rows[0].position, rows[-1].position
    entries: dict[str, list[audit.Event]] = {row.id: [] for row in rows}
    found = connection.execute(_THEIR_EVENTS, {"first": first, "last": last})
    num_changes = 0
    for subject, *event in found:
        entries[subject].append(audit.Event(*event))
        num_changes += '"changes":{' in event[1]
    for row in rows:
        said = logged.replayed(name, "issuance", row.id, entries[row.id])
        contents = logged.plain(row._asdict())
        logged.compare(name, "issuance", row.id, contents, said)
    return num_changes


def _changes_nothing(connection, name):
    """The error of an entry about what was never recorded."""
    known = [schema.ISSUANCES.c.id, schema.GENERATORS.c.digest]
    stray = connection.scalar(
        sa.select(_EVENTS.position)
        .where(*(_EVENTS.subject.not_in(sa.select(each)) for each in known))
        .order_by(_EVENTS.position)
        .limit(1)
    )
    return errors.AuditError(
        f"{name}: entry {stray} of the audit log must say what was done to "
        "what is there. It changes what was never recorded."
    )
