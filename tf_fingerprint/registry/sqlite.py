"""Registries in a SQLite file: where it is, how it is made and connected to."""

import contextlib
import os
import pathlib
import secrets
import sqlite3
from typing import Any

import sqlalchemy as sa

from tf_fingerprint import errors
from tf_fingerprint.registry import upgrading
from tf_fingerprint.registry import urls

_BUSY_TIMEOUT_SECONDS = 30


def file_path(url: str | os.PathLike[str]) -> pathlib.Path:
    """The file that a path or a URL such as `sqlite:///registry.db` names."""
    text = os.fspath(url)
    scheme = urls.scheme(text)
    if scheme is None and "://" not in text:
        urls.check_path(text)
        return pathlib.Path(text)
    parts = urls.parsed(text)
    if (
        parts is None
        or parts.get_backend_name() != "sqlite"
        or parts.host
        or parts.query
        or parts.database in (None, "", ":memory:")
    ):
        raise errors.RegistryError(
            "Registries are kept in SQLite files or in PostgreSQL. Received "
            f"a URL of {scheme or 'nothing'}. Give a path, or a URL such as "
            "sqlite:///registry.db or postgresql+psycopg://user@host/name."
        )
    return pathlib.Path(parts.database)


def create(path: pathlib.Path) -> None:
    """Makes an empty registry, or leaves the one that another process made.

    The tables are made under another name, beginning with a dot, and linked
    into place when complete. So nobody, not even after a kill, ever finds half
    a registry, and of two processes that create one at once neither disturbs
    the other.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    # Readable for its owner only, as are the files that SQLite puts beside it.
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    engine = connect(draft)
    try:
        with engine.execution_options(writing=True).begin() as connection:
            upgrading.create_tables(connection)
        engine.dispose()  # Closing writes the log back into the file.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        engine.dispose()
        draft.unlink(missing_ok=True)


def connect(path: pathlib.Path) -> sa.Engine:
    """An engine whose `writing` transactions exclude each other from the start.

    A transaction that first reads and then wants to write fails if another
    wrote in between. Those on connections with the execution option `writing`
    take the write lock at `BEGIN` instead, and queue for it.

    A copy that can't be written to, nor its folder, is read as it lies: see
    `_lying_still`.

    Returns the engine; it has not connected yet.
    """
    is_writable = all(map(_may_write, (path, path.parent)))
    options = "mode=rw" if is_writable else _lying_still(path)
    uri = f"{path.absolute().as_uri()}?{options}"

    def open_connection():
        connection = sqlite3.connect(
            uri,
            uri=True,
            timeout=_BUSY_TIMEOUT_SECONDS,
            isolation_level=None,  # `begin` below says how transactions begin.
            check_same_thread=False,  # The pool lends it to one at a time.
        )
        try:
            if is_writable:
                connection.execute("PRAGMA journal_mode = WAL")
            # Outlives a kill. `FULL` would outlive a power failure as well, at
            # the price of a wait for the disk at every record (a tenth of
            # the speed on a slow one): `Store.flush` waits before handing out.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    # With a file's name the pool keeps one connection per thread in use.
    url = sa.URL.create("sqlite", database=str(path))
    engine = sa.create_engine(url, creator=open_connection)

    @sa.event.listens_for(engine, "begin")
    def begin(connection):
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    if options.endswith("immutable=1"):
        _watch(engine, path)
    return engine


def who_may_read(url: str | os.PathLike[str]) -> str | None:
    """A sentence if a registry's file may be read by more than its owner.

    None of registries in PostgreSQL, which has rights of its own.
    """
    if urls.scheme(os.fspath(url)) not in (None, "sqlite"):
        return None
    path = file_path(url)
    if not path.stat().st_mode & 0o077:
        return None
    return (
        f"{path}: others on this machine may read it, and whoever has its "
        "fingerprints can frame their holders. `chmod 600` it."
    )


def _may_write(path):
    effective = os.access in os.supports_effective_ids
    return os.access(path, os.W_OK, effective_ids=effective)


def _lying_still(path):
    """How SQLite must be told to open a file beside which it can't write.

    It keeps its log in a file beside the registry. Where that can't be made
    there must be none to be read: what is in it would be missing.
    """
    log = path.with_name(f"{path.name}-wal")
    if not log.exists() or not log.stat().st_size:
        return "mode=ro&immutable=1"
    if path.with_name(f"{path.name}-shm").exists():
        return "mode=ro"
    raise errors.RegistryError(
        f"{path}: a copy of a registry that can only be read must be whole. "
        f"Beside it is {log.name}, with changes that were not written into it "
        'when it was copied. Copy it with `sqlite3 registry.db ".backup '
        'copy.db"`, or put it where it can be written to.'
    )


def _watch(engine, path):
    """Refuses what was read while somebody else was writing to the file."""

    def state():
        found = path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino

    before = state()

    @sa.event.listens_for(engine, "commit")
    def check(unused_connection):
        if state() != before:
            raise errors.RegistryError(
                f"{path}: a registry that can only be read must lie still. It "
                "was changed while it was open. Open it again."
            )


def flush(engine: sa.Engine, *, name: str) -> None:
    """Writes the log back into the file and waits for the disk."""
    with engine.connect() as connection:
        # Not within a transaction, where SQLite refuses to.
        raw: Any = connection.connection.driver_connection
        busy, *_ = raw.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
    if busy:
        raise errors.RegistryError(
            f"{name}: another process kept the registry from being "
            "written to disk. Let that end and try again."
        )
