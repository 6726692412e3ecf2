"""Registries in PostgreSQL: how they are connected to."""

import sqlalchemy as sa

from tf_fingerprint import errors

# Whoever writes to a registry in this database holds this lock meanwhile.
_WRITERS_LOCK = 0x7466_6670
_CONNECT_TIMEOUT_SECONDS = 10


def connect(url: sa.URL) -> sa.Engine:
    """An engine whose `writing` transactions exclude each other.

    The audit log is a chain, so that only one may append to it at a time. Those
    on connections with the execution option `writing` take an advisory lock
    first, and queue for it; it goes with the transaction, also when the process
    is killed. The others see one state of the database from beginning to end.

    `url`: such as `postgresql+psycopg://user@host/database`. Returns the
    engine; it has not connected yet.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise errors.RegistryError(
            "Registries in PostgreSQL need the package psycopg. It can't be "
            f"imported: {error}. Install it: pip install "
            "'tf-fingerprint[postgresql]'."
        ) from error
    query = {"connect_timeout": str(_CONNECT_TIMEOUT_SECONDS), **url.query}
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg", query=query),
        pool_pre_ping=True,
    )

    @sa.event.listens_for(engine, "connect")
    def set_up(connection, unused_record):
        # What was committed must outlive a power failure, as the issuer
        # relies on it; servers may be set up to be quicker than that.
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false) "
            "WHERE current_setting('synchronous_commit') = 'off'"
        )
        connection.commit()

    @sa.event.listens_for(engine, "begin")
    def begin(connection):
        if connection.get_execution_options().get("writing", False):
            connection.exec_driver_sql(
                f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})"
            )
        else:
            connection.exec_driver_sql(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
            )

    return engine
