"""The audit log: every change, chained by hash to all before it.

An entry is a JSON object in canonical form (keys sorted, no white space,
ASCII). Its digest covers its text and the digest of the entry before:

    digest_n = SHA-256(digest_(n-1) + "\\n" + entry_n)    digest_0 = 64 zeros

Whoever holds one digest can tell later whether anything up to it was changed.
Whoever may write to the database can rewrite the whole chain, but can't make it
lead to a digest that a third party was given before.
"""

import dataclasses
import datetime
import functools
import getpass
import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from tf_fingerprint import errors
from tf_fingerprint.registry import schema
from tf_fingerprint.registry.records import check_name

_LAST = (
    sa.select(schema.EVENTS.c.position, schema.EVENTS.c.digest)
    .order_by(schema.EVENTS.c.position.desc())
    .limit(1)
)
_INSERT = sa.insert(schema.EVENTS)


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of an audit log.

    Args:
        position: Number of entries.
        digest: SHA-256 that covers all of them, 64 digits.
    """

    position: int = 0
    digest: str = "0" * 64


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """One entry of an audit log.

    Args:
        position: Its number, the first being 1.
        entry: What happened, as JSON in canonical form.
        digest: SHA-256 that covers it and all before it.
    """

    position: int
    entry: str
    digest: str

    def to_dict(self) -> dict[str, Any]:
        """What happened, with the digest."""
        return json.loads(self.entry) | {"digest": self.digest}


class Log:
    """Adds to an audit log within one transaction, for which alone it is."""

    def __init__(self, head: Head):
        self.head = head
        self._rows: list[dict[str, object]] = []
        self._about = {
            "at": datetime.datetime.now(datetime.UTC).isoformat(),
            "by": actor(),
        }

    def add(
        self, action: str, subject: str, content: Mapping[str, object]
    ) -> None:
        """Appends an entry."""
        position = self.head.position + 1
        entry = canonical(
            {
                **self._about,
                **{"position": position, "action": action, "subject": subject},
                **content,
            }
        )
        self.head = Head(position, digest_of(self.head.digest, entry))
        self._rows.append(
            {
                "position": position,
                "subject": subject,
                "entry": entry,
                "digest": self.head.digest,
            }
        )

    def write(self, connection: sa.Connection) -> None:
        """Writes what was added."""
        if self._rows:
            connection.execute(_INSERT, self._rows)


def read_head(connection: sa.Connection) -> Head:
    """The newest entry."""
    row = connection.execute(_LAST).first()
    return Head(*row) if row else Head()


def read_events(connection: sa.Connection, subject: str) -> list[Event]:
    """What happened to one issuance or generator, in order."""
    events = schema.EVENTS.c
    query = sa.select(events.position, events.entry, events.digest)
    query = query.where(events.subject == subject).order_by(events.position)
    return [Event(*row) for row in connection.execute(query)]


def canonical(entry: Mapping[str, object]) -> str:
    """The one text that stands for an entry.

    Example:

    >>> canonical({"b": 1, "a": "ü"})
    '{"a":"\\\\u00fc","b":1}'
    """
    return json.dumps(entry, sort_keys=True, separators=(",", ":"))


def digest_of(previous: str, entry: str) -> str:
    """The digest of an entry's text after the entry with another digest."""
    return hashlib.sha256(f"{previous}\n{entry}".encode()).hexdigest()


@functools.cache
def actor() -> str:
    """Who is writing: `TF_FINGERPRINT_ACTOR` if set, or the system's user."""
    name = os.environ.get("TF_FINGERPRINT_ACTOR") or _user()
    try:
        check_name("TF_FINGERPRINT_ACTOR", name)
    except ValueError as error:
        raise errors.RegistryError(f"{error} Nothing was recorded.") from error
    return name


def _user():
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # A user without a name, as in containers.
        return f"user {os.getuid()}"
