import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.registry import postgresql
from tf_fingerprint.registry import urls

from . import url_forms
from .store_contract import make_record


@pytest.mark.parametrize("url", url_forms.FORMS)
def test_no_password_is_ever_shown(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert url_forms.PASSWORD not in url_forms.all_said(url)
    with pytest.raises(errors.RegistryError):
        registry.open_store(url)


def test_a_password_in_the_query_reaches_the_server_unseen():
    url = urls.postgresql("postgresql://me@host/db?password=hunter2&port=1")
    engine = postgresql.connect(url)

    assert engine.url.password == "hunter2"
    assert "hunter2" not in repr(engine)
    assert urls.shown(url) == "postgresql://host/db"


def test_a_file_that_looks_like_a_url_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    registry.open_store("plain.db", create=True).close()
    (tmp_path / "plain.db").rename("me:you@home.db")

    with registry.open_store("me:you@home.db") as store:
        assert store.issuances() == []


def test_records_do_not_show_their_fingerprints():
    record = make_record()

    assert record.fingerprint not in repr(record)
    assert record.id in repr(record)
