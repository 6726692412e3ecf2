"""Says which registry an error is about, and what to do."""

import contextlib
import sqlite3
from collections.abc import Iterator

import sqlalchemy as sa

from tf_fingerprint import errors
from tf_fingerprint.registry import schema

# What to do, by the beginning of the name that SQLite gives an error.
_ADVICE = {
    "SQLITE_NOTADB": "Is this the path of another file?",
    "SQLITE_BUSY": "Another process is holding it; let that end and try again.",
    "SQLITE_FULL": "Make room on the disk.",
    "SQLITE_READONLY": "Check that its folder and the file can be written to; "
    "a copy for reading takes no records.",
    "SQLITE_CORRUPT": "Restore it from a backup.",
}


@contextlib.contextmanager
def reported(name: str) -> Iterator[None]:
    """Turns errors of the database's or the disk's into a `RegistryError`."""
    try:
        yield
    # What is asked of SQLite beside SQLAlchemy raises SQLite's own errors.
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        own = getattr(error, "orig", error)
        said = " ".join(str(own).split())
        raise errors.RegistryError(
            f"{name}: the registry can't be read or written. The database "
            f"says: {said}. {_advice(own)}"
        ) from error
    except OSError as error:
        raise errors.RegistryError(
            f"{name}: the registry can't be read or written. The system says: "
            f"{error.strerror}. {_advice(error)}"
        ) from error
    except schema.UnreadableRowError as error:
        raise errors.RegistryError(
            f"{name}: the registry holds a row that is no record. {error} "
            "Was it changed by hand, or written by a newer version?"
        ) from error


def _advice(error: BaseException | None) -> str:
    """What to do about an error of a database's or the file system's."""
    if hasattr(error, "sqlstate"):
        return "Check that the server runs, and the URL, user and rights."
    error_name = getattr(error, "sqlite_errorname", "")
    for beginning, sentence in _ADVICE.items():
        if error_name.startswith(beginning):
            return sentence
    return "Check that its folder exists and that both can be written to."
