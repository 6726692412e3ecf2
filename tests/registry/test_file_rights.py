"""Registries in files and folders that not everybody may read or write."""

import os
import pathlib
import resource
import tempfile

import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry

from .store_contract import make_record


@pytest.fixture
def path(tmp_path):
    return tmp_path / "registry.db"


@pytest.fixture
def unprivileged_folder():
    """A folder that this process, no longer root, may not write to."""
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with registry.open_store(folder / "registry.db", create=True) as store:
            store.append([make_record()])
        (folder / "registry.db").chmod(0o444)
        folder.chmod(0o555)
        if user == 0:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            os.seteuid(user)
            folder.chmod(0o755)


def test_a_folder_that_can_not_be_written_to_is_named(unprivileged_folder):
    with pytest.raises(errors.RegistryError, match="new.db.*written to"):
        registry.open_store(unprivileged_folder / "new.db", create=True)


def test_a_registry_that_can_not_be_written_to_is_named(unprivileged_folder):
    with pytest.raises(errors.RegistryError, match="registry.db.*written to"):
        with registry.open_store(unprivileged_folder / "registry.db") as store:
            store.append([make_record()])


def test_a_copy_that_can_not_be_written_to_is_read(unprivileged_folder):
    with registry.open_store(unprivileged_folder / "registry.db") as store:
        [record] = store.issuances()
        assert store.verify().position == 2
        assert store.vouched(record) == record

    assert len(list(unprivileged_folder.iterdir())) == 1


def test_half_a_copy_that_can_only_be_read_is_refused(unprivileged_folder):
    log = unprivileged_folder / "registry.db-wal"
    user = os.geteuid()
    os.seteuid(os.getuid())
    unprivileged_folder.chmod(0o755)
    log.write_bytes(b"changes")
    unprivileged_folder.chmod(0o555)
    os.seteuid(user)

    with pytest.raises(errors.RegistryError, match="must be whole"):
        registry.open_store(unprivileged_folder / "registry.db")


def test_a_copy_that_changes_while_it_is_read_is_told(unprivileged_folder):
    path = unprivileged_folder / "registry.db"
    user = os.geteuid()
    with registry.open_store(path) as store:
        os.seteuid(os.getuid())
        path.chmod(0o644)
        with path.open("ab") as file:
            file.write(bytes(4096))
        path.chmod(0o444)
        os.seteuid(user)
        with pytest.raises(errors.RegistryError, match="must lie still"):
            store.issuances()


def test_a_registry_is_readable_for_its_owner_only(path):
    with registry.open_store(path, create=True) as store:
        store.append([make_record()])
        modes = {
            file.name: file.stat().st_mode & 0o777
            for file in path.parent.iterdir()
        }

    assert set(modes.values()) == {0o600}
    assert len(modes) == 3


def test_a_full_disk_is_told_when_flushing(path):
    with registry.open_store(path, create=True) as store:
        store.append([make_record() for _ in range(1000)])
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, -1))
        try:
            with pytest.raises(errors.RegistryError, match="database says"):
                store.flush()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

        store.flush()


def test_a_folder_that_can_not_be_looked_into_is_named(unprivileged_folder):
    user = os.geteuid()
    os.seteuid(os.getuid())
    unprivileged_folder.chmod(0o000)
    os.seteuid(user)

    with pytest.raises(errors.RegistryError, match="Permission denied"):
        registry.open_store(unprivileged_folder / "registry.db")
