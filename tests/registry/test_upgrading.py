"""Registries of earlier versions; the files were made by those versions."""

import pathlib
import shutil
import sqlite3

import pytest
import sqlalchemy as sa
from alembic import autogenerate
from alembic.runtime import migration

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.registry import State
from tf_fingerprint.registry import postgresql
from tf_fingerprint.registry import schema
from tf_fingerprint.registry import sqlite
from tf_fingerprint.registry import upgrading

from .postgresql_cluster import postgresql_url as postgresql_url
from .postgresql_cluster import server as server

FILES = pathlib.Path(__file__).with_name("files")


@pytest.fixture
def old(tmp_path):
    """Three issuances from two generators, without an audit log."""
    return shutil.copy(FILES / "registry_0001.db", tmp_path / "registry.db")


def rows_of(path):
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT id, fingerprint, recipient, state FROM issuances"
    ).fetchall()
    connection.close()
    return rows


def differences(engine):
    with engine.connect() as connection:
        context = migration.MigrationContext.configure(
            connection, opts={"compare_type": True}
        )
        return autogenerate.compare_metadata(context, schema.METADATA)


def migrated(engine):
    with engine.execution_options(writing=True).begin() as connection:
        upgrading.migrate(connection, start=None)
    found = differences(engine)
    with engine.connect() as connection:
        version = upgrading.version(connection, name="a registry")
    engine.dispose()
    return found, version


def test_a_registry_of_the_first_version_is_upgraded_in_place(old):
    before = rows_of(old)
    with registry.open_store(old) as store:
        records = store.issuances()
        head = store.verify()

    assert [
        (each.id, each.fingerprint, each.recipient, each.state)
        for each in records
    ] == before
    assert [each.state for each in records] == [
        State.ISSUED,
        State.RESERVED,
        State.ISSUED,
    ]
    assert {each.issued_by for each in records} == {""}
    assert head.position == 2 + 3
    with registry.open_store(old) as store:
        assert store.verify(head.digest) == head


def test_an_upgraded_registry_takes_everything_a_new_one_does(old):
    with registry.open_store(old) as store:
        first, *_ = store.issuances()
        registry.issue(store, "another", generator=first.generator)
        registry.revoke(store, first.id)
        store.verify()

        assert len(store.issuances()) == 4
    connection = sqlite3.connect(old)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_an_upgrade_that_fails_changes_nothing(old):
    connection = sqlite3.connect(old)
    connection.execute("UPDATE issuances SET issued_at = 'yesterday'")
    connection.commit()
    connection.close()
    before = rows_of(old)

    for _ in range(2):
        with pytest.raises(errors.RegistryError, match="row that is no record"):
            registry.open_store(old)

    assert rows_of(old) == before
    connection = sqlite3.connect(old)
    tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert ("events",) not in tables


def test_two_that_open_an_old_registry_at_once_upgrade_it_once(old):
    # Both find the first version; the second waits for the first to be done.
    engine = sqlite.connect(pathlib.Path(old))
    with engine.connect() as connection:
        assert upgrading.version(connection, name="old") == "0001"
    for _ in range(2):
        with engine.execution_options(writing=True).begin() as connection:
            upgrading.upgrade(connection, name="old")
    engine.dispose()

    with registry.open_store(old) as store:
        assert store.verify().position == 5


def test_a_registry_of_a_newer_version_is_left_alone(tmp_path):
    path = tmp_path / "registry.db"
    registry.open_store(path, create=True).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()

    with pytest.raises(errors.RegistryError, match="newer tf-fingerprint"):
        registry.open_store(path)


def test_migrating_gives_the_same_tables_as_making_them(tmp_path):
    (tmp_path / "registry.db").touch()
    engine = sqlite.connect(tmp_path / "registry.db")

    assert migrated(engine) == ([], schema.VERSION)


@pytest.mark.slow
def test_migrating_gives_the_same_tables_in_postgresql(postgresql_url):
    engine = postgresql.connect(sa.make_url(postgresql_url))

    assert migrated(engine) == ([], schema.VERSION)


def test_the_migrations_are_part_of_the_package():
    setup = FILES.parents[2] / "setup.py"

    assert "find_packages" in setup.read_text()
    for folder in ("migrations", "migrations/versions"):
        package = pathlib.Path(registry.__file__).parent / folder
        assert (package / "__init__.py").exists()
