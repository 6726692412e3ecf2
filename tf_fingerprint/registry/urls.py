"""Names of registries as people write them, without what must not be shown.

Whatever is in a URL may be a password, also where one doesn't belong: behind
one slash, in the query, around an `@` that should have been `%40`. So messages
show what was understood to be host and database, and nothing of what was not
understood.
"""

import pathlib
import re

import sqlalchemy as sa

from tf_fingerprint import errors
from tf_fingerprint import paths

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):/?")
_POSTGRESQL = ("postgresql", "postgresql+psycopg")


def scheme(text: str) -> str | None:
    """What a URL begins with, in lower case; None if it is a path.

    A path that is there is one, whatever it looks like.
    """
    found = _SCHEME.match(text)
    if found is None or (
        "://" not in text and (pathlib.Path(text).exists() or not _is_url(text))
    ):
        return None
    return found[1].lower()


def postgresql(text: str) -> sa.URL:
    """A URL of PostgreSQL, its password where SQLAlchemy hides it.

    Args:
        text: Such as `postgresql+psycopg://user@host/database`.

    Raises:
        errors.RegistryError: If it is none, or can be read in two ways.
    """
    url = parsed(text)
    if (
        url is None
        or url.drivername not in _POSTGRESQL
        or not url.database
        or text.partition("?")[0].count("@") > 1
        or any("@" in (part or "") for part in (url.host, url.database))
    ):
        raise errors.RegistryError(
            "Registries in PostgreSQL must be named by a URL such as "
            "postgresql+psycopg://user@host/database, an `@` in a password "
            "written as %40. Received another one, not shown as a password may "
            "be in it."
        )
    query = dict(url.query)
    password = query.pop("password", None)
    if password is not None:
        url = url.set(password=password, query=query)
    return url


def shown(url: sa.URL) -> str:
    """What messages call a database: where it is, and no more."""
    place = url.host or url.query.get("host") or ""
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{place}{port}/{url.database}"


def parsed(text: str) -> sa.URL | None:
    """A URL in parts; None if it is none."""
    try:
        return sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        return None


def check_path(text: str) -> None:
    """Raises a `RegistryError` if a path looks like a URL with a password."""
    if paths.may_hold_password(text):
        raise errors.RegistryError(
            "Registries are kept in SQLite files or in PostgreSQL. Received "
            "neither a path nor a URL, not shown as a password may be in it. "
            "Give a URL such as postgresql+psycopg://user@host/name."
        )


def _is_url(text):
    """Whether there is only one slash, or none, where there should be two."""
    found = _SCHEME.match(text)
    return found is not None and len(found[1]) > 1 and "@" in text
