"""Opens registries by path or URL: SQLite files, or databases in PostgreSQL."""

import contextlib
import functools
import os
from collections.abc import Iterator

from tf_fingerprint import errors
from tf_fingerprint import paths
from tf_fingerprint.registry import postgresql
from tf_fingerprint.registry import reporting
from tf_fingerprint.registry import schema
from tf_fingerprint.registry import sqlite
from tf_fingerprint.registry import upgrading
from tf_fingerprint.registry import urls
from tf_fingerprint.registry.database import DatabaseStore
from tf_fingerprint.registry.stores import Store

# Its path or URL, or the opened registry itself.
Registry = str | os.PathLike[str] | Store


def open_store(
    url: str | os.PathLike[str], *, create: bool = False
) -> DatabaseStore:
    """Opens a registry.

    Several processes may have one registry open and write to it at once. Each
    opens its own store. A file must be on a local disk: SQLite's write-ahead
    log needs shared memory, which network file systems don't offer.

    A registry that an earlier version of this package wrote is brought up to
    date when it is opened.

    What a method has written when it returns outlives a kill of the process;
    once `flush` has returned, also a power failure, on a disk that keeps its
    word. Flush before a copy leaves the house: a fingerprint must not be out
    and forgotten.

    Args:
        url: Path of a SQLite file, or a URL such as `sqlite:///registry.db`
            (relative), `sqlite:////srv/registry.db` (absolute) and
            `postgresql+psycopg://user@host/database`.
        create: Whether to make the registry if there is none. Commands that
            read never do, or a mistyped path would be an empty registry that
            knows nobody. In PostgreSQL the database must be there; the tables
            are made.

    Returns:
        The store; a context manager that closes itself.

    Raises:
        errors.RegistryError: If there is no such registry, or the file is not
            a registry, or it can't be opened.
    """
    text = os.fspath(url)
    if (urls.scheme(text) or "").startswith(("postgresql", "postgres")):
        url = urls.postgresql(text)
        engine, name = postgresql.connect(url), urls.shown(url)
        store = DatabaseStore(engine, name=name)
    else:
        path = sqlite.file_path(url)
        name = str(path)
        with reporting.reported(name):
            if not path.exists():
                if not create:
                    raise paths.no_registry(name)
                sqlite.create(path)
        with reporting.reported(name):
            engine = sqlite.connect(path)
        flush = functools.partial(sqlite.flush, engine, name=name)
        store = DatabaseStore(engine, name=name, flush=flush)
    try:
        with reporting.reported(name):
            _prepare(engine, name, create)
    except errors.RegistryError:
        store.close()
        raise
    return store


def _prepare(engine, name, create):
    """Makes the tables if asked to, and brings them up to date."""
    with engine.begin() as connection:
        is_empty = not upgrading.has_tables(connection)
        is_file = engine.dialect.name == "sqlite"
        if is_empty and not create and not is_file:
            raise paths.no_registry(name)
        is_new = is_empty and not is_file  # An empty file was not made by us.
        if (
            not is_new
            and upgrading.version(connection, name=name) == schema.VERSION
        ):
            return
    with engine.execution_options(writing=True).begin() as connection:
        if is_new and not upgrading.has_tables(connection):
            upgrading.create_tables(connection)
        upgrading.upgrade(connection, name=name)


@contextlib.contextmanager
def opened(registry: Registry, create: bool = False) -> Iterator[Store]:
    """The registry itself if it is open; else opened, and closed after use.

    Args:
        registry: Path, URL or opened registry.
        create: Whether to make one where there is none.
    """
    if isinstance(registry, str | os.PathLike):
        with open_store(registry, create=create) as store:
            yield store
    else:
        yield registry
