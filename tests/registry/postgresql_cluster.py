"""A PostgreSQL server for tests: the one they are given, or one of their own.

`TF_FINGERPRINT_TEST_POSTGRESQL` is the URL of a database in which tests may
make schemas. Without it they start a server in a temporary folder, if there
is a PostgreSQL on this machine.
"""

import contextlib
import os
import pathlib
import pwd
import secrets
import shutil
import subprocess
import tempfile

import pytest
import sqlalchemy as sa

VARIABLE = "TF_FINGERPRINT_TEST_POSTGRESQL"
INSTALLED = pathlib.Path("/usr/lib/postgresql")


@pytest.fixture(scope="session")
def server():
    """URL of a database to make schemas in."""
    with running() as url:
        if url is None:
            pytest.skip(f"no PostgreSQL here; set {VARIABLE} or install it")
        yield url


@contextlib.contextmanager
def running():
    """URL of a database, given or started; None if there is no PostgreSQL."""
    programs = folder_of_programs()
    if VARIABLE in os.environ:
        yield sa.make_url(os.environ[VARIABLE])
    elif programs is None:
        yield None
    else:
        with started(programs) as url:
            yield url


@pytest.fixture
def postgresql_url(server):
    """URL of an empty schema, as good as a database, dropped after the test."""
    with schema_in(server) as url:
        yield url


@contextlib.contextmanager
def schema_in(server):
    """URL of an empty schema, until it is no longer needed."""
    name = f"test_{secrets.token_hex(6)}"
    execute(server, f"CREATE SCHEMA {name}")
    url = server.update_query_dict({"options": f"-csearch_path={name}"})
    yield url.render_as_string(hide_password=False)
    execute(server, f"DROP SCHEMA {name} CASCADE")


def execute(url, statement):
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def folder_of_programs():
    """Where `initdb` and `pg_ctl` are; None if nowhere."""
    folders = [*sorted(INSTALLED.glob("*/bin"), reverse=True)]
    found = shutil.which("initdb")
    if found:
        folders.append(pathlib.Path(found).parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


@contextlib.contextmanager
def started(programs):
    """A server that listens on a socket in its own folder only."""
    # Not pytest's: a socket's path must be short, the folder not root's only.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pg"))
    user = unprivileged_user(folder)

    def run(program, *arguments):
        subprocess.run(
            [programs / program, *map(str, arguments)],
            user=user,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    data = folder / "data"
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    try:
        run("initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8")
        log = folder / "log"
        run("pg_ctl", "-D", data, "-o", options, "-l", log, "-w", "start")
        try:
            yield sa.URL.create(
                "postgresql+psycopg",
                username="tester",
                database="postgres",
                query={"host": str(folder)},
            )
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged_user(folder):
    """PostgreSQL refuses to run as root: its own user, or nobody, instead."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name).pw_uid
            os.chown(folder, user, -1)
            return user
    pytest.skip("PostgreSQL must not run as root, and there is nobody else")
