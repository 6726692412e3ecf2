import getpass
import hashlib

import pytest

from tf_fingerprint import errors
from tf_fingerprint.registry import audit


@pytest.fixture(autouse=True)
def forgotten():
    """Who is writing is looked up once a process."""
    audit.actor.cache_clear()
    yield
    audit.actor.cache_clear()


def test_the_writer_is_the_systems_user_unless_named(monkeypatch):
    monkeypatch.delenv("TF_FINGERPRINT_ACTOR", raising=False)
    assert audit.actor() == getpass.getuser()

    audit.actor.cache_clear()
    monkeypatch.setenv("TF_FINGERPRINT_ACTOR", "the issuing desk")
    assert audit.actor() == "the issuing desk"


@pytest.mark.parametrize("name", [" ", "two\nlines", " desk"])
def test_a_writer_without_a_name_is_refused(monkeypatch, name):
    monkeypatch.setenv("TF_FINGERPRINT_ACTOR", name)

    with pytest.raises(errors.RegistryError, match="`TF_FINGERPRINT_ACTOR`"):
        audit.actor()


def test_entries_are_chained():
    log = audit.Log(audit.Head())
    log.add("issue", "id1", {})
    first = log.head
    log.add("issue", "id2", {})
    other = audit.Log(audit.Head(1, "f" * 64))
    other.add("issue", "id2", {})

    assert (first.position, log.head.position) == (1, 2)
    assert len({first.digest, log.head.digest, other.head.digest}) == 3


def test_a_digest_covers_the_one_before_and_the_text():
    expected = hashlib.sha256(b"0" * 64 + b'\n{"a":1}').hexdigest()

    assert audit.digest_of(audit.Head().digest, '{"a":1}') == expected
