import shutil
import sqlite3

import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.registry import sqlite

from . import store_contract
from . import vouching_contract
from .store_contract import make_record


class TestStoreOpenedByPath(store_contract.StoreContract):
    @pytest.fixture
    def reopen(self, tmp_path):
        path = tmp_path / "a registry #1?.db"
        return lambda: registry.open_store(path, create=True)


class TestStoreOpenedByUrl(
    store_contract.StoreContract, vouching_contract.VouchingContract
):
    @pytest.fixture
    def reopen(self, tmp_path):
        url = f"sqlite:///{tmp_path}/registry.db"
        return lambda: registry.open_store(url, create=True)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "registry.db"


def test_url_and_path_name_the_same_registry(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    record = make_record()
    with registry.open_store("sqlite:///registry.db", create=True) as store:
        store.append([record])

    for url in (path, str(path), "registry.db", f"sqlite:///{path}"):
        with registry.open_store(url) as store:
            assert store.issuances() == [record]


def test_reading_never_creates_a_registry(path):
    with pytest.raises(errors.RegistryError, match="there is no such registry"):
        registry.open_store(path)

    assert list(path.parent.iterdir()) == []


def test_a_new_registry_is_one_file(path):
    registry.open_store(path, create=True).close()

    assert list(path.parent.iterdir()) == [path]


def test_opening_with_create_keeps_what_is_there(path):
    record = make_record()
    with registry.open_store(path, create=True) as store:
        store.append([record])

    with registry.open_store(path, create=True) as store:
        assert store.issuances() == [record]


def test_foreign_keys_are_enforced(path):
    with registry.open_store(path, create=True) as store:
        store.append([make_record()])
        with pytest.raises(errors.RegistryError, match="FOREIGN KEY"):
            with store._writing() as connection:
                connection.exec_driver_sql("DELETE FROM generators")


def test_the_log_is_written_ahead(path):
    registry.open_store(path, create=True).close()

    connection = sqlite3.connect(path)
    [mode] = connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()
    assert mode == "wal"


def test_a_file_of_another_kind_is_not_a_registry(path):
    path.write_bytes(b"recipient,fingerprint\n" * 100)

    for create in (False, True):
        with pytest.raises(errors.RegistryError, match="not a database.*path"):
            registry.open_store(path, create=create)

    assert path.read_bytes() == b"recipient,fingerprint\n" * 100


def test_another_programs_database_is_not_a_registry(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()

    with pytest.raises(errors.RegistryError, match="lacks the tables"):
        registry.open_store(path, create=True)


def test_an_empty_file_is_not_a_registry(path):
    path.touch()

    with pytest.raises(errors.RegistryError, match="lacks the tables"):
        registry.open_store(path, create=True)


@pytest.mark.parametrize("name", ["", "missing/registry.db"])
def test_what_can_not_be_a_file_is_refused(tmp_path, name):
    with pytest.raises(errors.RegistryError, match="Check that its folder"):
        registry.open_store(tmp_path / name, create=True)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://somebody:secret@host/registry",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://host/registry.db",
        "sqlite:///registry.db?mode=memory",
        "nonsense://",
        "://",
    ],
)
def test_urls_of_no_file_are_refused(url):
    with pytest.raises(errors.RegistryError, match="SQLite files") as caught:
        registry.open_store(url, create=True)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE issuances SET state = 'lent'",
        "UPDATE issuances SET fingerprint = 'no digits'",
        "UPDATE issuances SET issued_at = 'yesterday'",
        "UPDATE issuances SET recipient = ''",
        "UPDATE issuances SET generator_digest = 'unknown'",
        "UPDATE generators SET num_bits = 9",
        "UPDATE generators SET num_bits = 'many'",
    ],
)
def test_a_row_that_is_no_record_is_reported(path, change):
    with registry.open_store(path, create=True) as store:
        store.append([make_record()])
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(change)
    connection.close()

    with registry.open_store(path) as store:
        with pytest.raises(errors.RegistryError, match="row that is no record"):
            store.issuances()


def test_a_damaged_file_is_reported(path):
    with registry.open_store(path, create=True) as store:
        store.append([make_record() for _ in range(2000)])
    contents = bytearray(path.read_bytes())
    contents[3 * 4096 :] = b"\xff" * (len(contents) - 3 * 4096)
    path.write_bytes(contents)

    with pytest.raises(errors.RegistryError, match="Restore it from a backup"):
        with registry.open_store(path) as store:
            store.issuances()


def test_a_registry_that_another_process_holds_is_reported(path, monkeypatch):
    monkeypatch.setattr(sqlite, "_BUSY_TIMEOUT_SECONDS", 0.1)
    with registry.open_store(path, create=True) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(errors.RegistryError, match="Another process"):
            store.append([make_record()])
        other.execute("ROLLBACK")
        other.close()

        store.append([make_record()])
        assert len(store.issuances()) == 1


def test_what_was_flushed_needs_the_log_no_longer(tmp_path):
    path = tmp_path / "registry.db"

    def outside_the_log(name):
        copy = tmp_path / name
        shutil.copy(path, copy)  # Without `registry.db-wal` beside it.
        with registry.open_store(copy) as store:
            return [record.recipient for record in store.issuances()]

    with registry.open_store(path, create=True) as store:
        registry.issue(store, "ACME", generator=store_contract.make_generator())
        before = outside_the_log("before.db")
        store.flush()
        after = outside_the_log("after.db")

    assert (before, after) == ([], ["ACME"])
