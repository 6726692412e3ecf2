import sys

import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry

from . import store_contract
from . import vouching_contract
from .postgresql_cluster import postgresql_url as postgresql_url
from .postgresql_cluster import server as server
from .store_contract import make_record


class TestStoreInPostgresql(
    store_contract.StoreContract, vouching_contract.VouchingContract
):
    @pytest.fixture
    def reopen(self, postgresql_url):
        return lambda: registry.open_store(postgresql_url, create=True)


def test_reading_never_creates_a_registry(postgresql_url):
    for _ in range(2):
        with pytest.raises(errors.RegistryError, match="no such registry"):
            registry.open_store(postgresql_url)


def test_another_programs_database_is_not_a_registry(postgresql_url):
    from . import postgresql_cluster

    postgresql_cluster.execute(postgresql_url, "CREATE TABLE bookmarks (u int)")

    with pytest.raises(errors.RegistryError, match="lacks the tables"):
        registry.open_store(postgresql_url, create=True)


def test_the_short_scheme_is_the_same_registry(postgresql_url):
    record = make_record()
    with registry.open_store(postgresql_url, create=True) as store:
        store.append([record])

    short = postgresql_url.replace("postgresql+psycopg", "postgresql")
    with registry.open_store(short) as store:
        assert store.issuances() == [record]


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path):
    url = f"postgresql+psycopg://me:secret@/registry?host={tmp_path}"

    with pytest.raises(errors.RegistryError, match="Check that the server"):
        registry.open_store(url)
    with pytest.raises(errors.RegistryError) as caught:
        registry.open_store(url)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgresql+psycopg://user:secret@host",
        "postgresql+asyncpg://user:secret@host/registry",
        "postgresql",
    ],
)
def test_urls_of_no_database_are_refused(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(errors.RegistryError) as caught:
        registry.open_store(url)

    assert "secret" not in str(caught.value)


def test_without_psycopg_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(errors.RegistryError, match=r"\[postgresql\]"):
        registry.open_store("postgresql://user@host/registry")
