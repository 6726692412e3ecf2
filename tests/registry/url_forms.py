"""Ways in which people write where a registry is, with a password in each."""

import contextlib
import io
import logging
import traceback

from tf_fingerprint import cli
from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.registry import commitments

PASSWORD = "hunter2"

# Nothing answers at that port; what is no URL at all is refused before.
FORMS = (
    "postgresql+psycopg://me:hunter2@127.0.0.1:1/db",
    "postgresql://me:hunter2@127.0.0.1:1/db",
    "postgresql://127.0.0.1:1/db?user=me&password=hunter2",
    "postgresql:///db?host=127.0.0.1&port=1&password=hunter2",
    "postgresql:///db?host=127.0.0.1&port=1&%70assword=hunter2",
    "postgresql:///db?host=127.0.0.1&port=1&sslpassword=hunter2",
    "postgresql://127.0.0.1:1/db?options=-cpassword=hunter2",
    "postgresql:/me:hunter2@127.0.0.1:1/db",
    "postgresql:me:hunter2@127.0.0.1:1/db",
    "postgresql://me:a@hunter2@127.0.0.1:1/db",
    "postgresql://me:a@b/hunter2@127.0.0.1:1/db",
    "postgresql://me:hunter2@127.0.0.1:1",
    "postgresql://me@127.0.0.1:hunter2/db",
    "postgresql+asyncpg://me:hunter2@127.0.0.1:1/db",
    "postgres://me:hunter2@127.0.0.1:1/db",
    " POSTGRESQL://me:hunter2@127.0.0.1:1/db",
    "mysql://me:hunter2@127.0.0.1:1/db?password=hunter2",
    "jdbc:postgresql://127.0.0.1:1/db?user=me&password=hunter2",
    "host=127.0.0.1 port=1 dbname=db password=hunter2",
    "me:hunter2@127.0.0.1/db",
    "sqlite:///r.db?password=hunter2",
    "https://me:hunter2@example.org/registry.db",
)


def all_said(url):
    """Everything that anybody is told when a registry is opened by a URL."""
    logged = io.StringIO()
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    said = []
    try:
        for call in (
            lambda: registry.open_store(url),
            lambda: registry.open_store(url, create=True),
            lambda: commitments.secret_path(url),
            lambda: cli.main(["registry", "list", "--registry", url]),
            lambda: cli.main(["registry", "import", "f", "--registry", url]),
            lambda: cli.main(["info", "--registry", url]),
        ):
            with contextlib.redirect_stderr(logged):
                try:
                    said.append(repr(call()))
                except errors.RegistryError:
                    # With causes, as a traceback in a log has them.
                    said.append(traceback.format_exc())
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel(level)
    return "\n".join([*said, logged.getvalue()])
