"""Makes the tables of a registry, and brings those of earlier versions on."""

import pathlib

import sqlalchemy as sa

from tf_fingerprint import errors
from tf_fingerprint.registry import schema

_MIGRATIONS = pathlib.Path(__file__).with_name("migrations")
_FIRST = "0001"  # Registries of that time did not say so.
_FIRST_TABLES = {"generators", "issuances"}


def create_tables(connection: sa.Connection) -> None:
    """Makes all tables, of the newest version."""
    schema.METADATA.create_all(connection)
    schema.VERSIONS.create(connection)
    connection.execute(
        sa.insert(schema.VERSIONS), {"version_num": schema.VERSION}
    )


def has_tables(connection: sa.Connection) -> bool:
    """Whether the database has any tables at all."""
    return bool(sa.inspect(connection).get_table_names())


def version(connection: sa.Connection, *, name: str) -> str:
    """The version of a registry's tables.

    Raises `errors.RegistryError` if the database holds no registry, or one that
    a newer version of this package has written.
    """
    tables = set(sa.inspect(connection).get_table_names())
    missing = sorted(_FIRST_TABLES - tables)
    if missing:
        raise errors.RegistryError(
            f"{name}: a database, but not a registry. It lacks the "
            f"tables {', '.join(missing)}. Is this the path of another "
            "file?"
        )
    found = _FIRST
    if schema.VERSIONS.name in tables:
        found = connection.scalar(sa.select(schema.VERSIONS)) or _FIRST
    if found > schema.VERSION:
        raise errors.RegistryError(
            f"{name}: the registry must be of version {schema.VERSION} or "
            f"older. Its version is {found}. Use a newer tf-fingerprint."
        )
    return found


def upgrade(connection: sa.Connection, *, name: str) -> None:
    """Brings a registry's tables to the newest version, all or nothing."""
    # Another process may have done it while this one waited for its turn.
    if version(connection, name=name) != schema.VERSION:
        migrate(connection, start=version(connection, name=name))


def migrate(connection: sa.Connection, *, start: str | None) -> None:
    """Runs the migrations after a version.

    `start`: the tables' version; None if there are none.
    """
    # Only here: Alembic is slow to import, and most registries are up to date.
    from alembic import config
    from alembic import script
    from alembic.runtime import environment

    settings = config.Config()
    # As `%` stands for other things in this file that isn't there.
    location = str(_MIGRATIONS).replace("%", "%%")
    settings.set_main_option("script_location", location)
    settings.set_main_option("path_separator", "os")
    scripts = script.ScriptDirectory.from_config(settings)

    def steps(unused_version, unused_context):
        # The version is the one found, which the database may not say.
        return scripts._upgrade_revs("head", start)

    with environment.EnvironmentContext(settings, scripts, fn=steps) as context:
        context.configure(connection=connection)
        if start is not None:
            context.get_context().stamp(scripts, start)
        context.run_migrations()
