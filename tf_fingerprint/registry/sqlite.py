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

_BUSY_TIMEOUT_SECONDS = 30


def file_path(url: str | os.PathLike[str]) -> pathlib.Path:
    """The file that a path or a URL such as `sqlite:///registry.db` names."""
    text = os.fspath(url)
    if "://" not in text:
        return pathlib.Path(text)
    try:
        parts = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        parts = None
    if (
        parts is None
        or parts.get_backend_name() != "sqlite"
        or parts.host
        or parts.query
        or parts.database in (None, "", ":memory:")
    ):
        shown = parts.render_as_string() if parts else text.split("://")[0]
        raise errors.RegistryError(
            "Registries are kept in SQLite files or in PostgreSQL. Received "
            f"the URL {shown}. Give a path, or a URL such as "
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
    engine = connect(draft, mode="rwc")
    try:
        with engine.execution_options(writing=True).begin() as connection:
            upgrading.create_tables(connection)
        engine.dispose()  # Closing writes the log back into the file.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        engine.dispose()
        draft.unlink(missing_ok=True)


def connect(path: pathlib.Path, *, mode: str = "rw") -> sa.Engine:
    """An engine whose `writing` transactions exclude each other from the start.

    A transaction that first reads and then wants to write fails if another
    wrote in between. Those on connections with the execution option `writing`
    take the write lock at `BEGIN` instead, and queue for it.

    `mode`: `"rw"`, or `"rwc"` to create the file if there is none. Returns the
    engine; it has not connected yet.
    """
    uri = f"{path.absolute().as_uri()}?mode={mode}"

    def open_connection():
        connection = sqlite3.connect(
            uri,
            uri=True,
            timeout=_BUSY_TIMEOUT_SECONDS,
            isolation_level=None,  # `begin` below says how transactions begin.
            check_same_thread=False,  # The pool lends it to one at a time.
        )
        try:
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

    return engine


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
