"""Commitments hide the fingerprint, bind to it, and can be opened."""

import dataclasses
import datetime
import multiprocessing
import stat

import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.registry import commitments

GENERATOR = registry.GeneratorRecord(
    "0" * 64, "1" * 64, num_bits=32, resolution=16
)
RECORD = registry.IssuanceRecord(
    id="0123456789abcdef",
    fingerprint="ff00ff00",
    recipient="Acme",
    issued_at=datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
    generator=GENERATOR,
)
SECRET = bytes(range(32))


def test_opens_to_the_record_it_was_made_of():
    salt = commitments.salt(SECRET, RECORD.id)
    commitment = commitments.commit(RECORD, salt)

    assert len(commitment) == 64
    assert commitments.opens(commitment, RECORD, salt)


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(RECORD, fingerprint="ff00ff01"),
        dataclasses.replace(RECORD, id="0123456789abcdee"),
        dataclasses.replace(
            RECORD, generator=dataclasses.replace(GENERATOR, digest="2" * 64)
        ),
    ],
)
def test_opens_to_nothing_else(other):
    salt = commitments.salt(SECRET, RECORD.id)
    commitment = commitments.commit(RECORD, salt)

    assert not commitments.opens(commitment, other, salt)


def test_nobody_can_test_a_guess_without_the_salt():
    salts = [commitments.salt(SECRET, RECORD.id), b"\0" * 32]
    salts += [commitments.salt(b"\0" * 32, RECORD.id)]
    salts += [commitments.salt(SECRET, "0123456789abcdee")]

    made = {commitments.commit(RECORD, salt) for salt in salts}

    assert len(made) == 4


def test_a_short_salt_is_refused():
    with pytest.raises(ValueError, match="32 bytes. Received 31"):
        commitments.commit(RECORD, b"\0" * 31)


def test_the_secret_is_drawn_once_and_for_its_owner_only(tmp_path):
    path = commitments.secret_path(f"sqlite:///{tmp_path}/registry.db")

    first = commitments.read_secret(path, create=True)

    assert path == tmp_path / "registry.db.secret"
    assert commitments.read_secret(path) == first
    assert commitments.read_secret(path, create=True) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_processes_that_draw_at_once_get_the_same(tmp_path):
    with multiprocessing.get_context("fork").Pool(4) as pool:
        drawn = pool.map(draw, [tmp_path / "secret"] * 16)

    assert len(set(drawn)) == 1


def draw(path):
    return commitments.read_secret(path, create=True)


def test_a_missing_secret_is_named_and_not_drawn_anew(tmp_path):
    with pytest.raises(errors.RegistryError, match="Restore it"):
        commitments.read_secret(tmp_path / "secret")
    assert not list(tmp_path.iterdir())


def test_half_a_secret_is_refused(tmp_path):
    (tmp_path / "secret").write_bytes(b"short")

    with pytest.raises(errors.RegistryError, match="must have 32"):
        commitments.read_secret(tmp_path / "secret", create=True)


def test_a_secret_that_can_not_be_read_is_a_named_failure(tmp_path):
    with pytest.raises(errors.RegistryError, match="can't be read"):
        commitments.read_secret(tmp_path, create=True)


def test_a_registry_on_a_server_has_its_secret_where_it_is_told():
    with pytest.raises(errors.RegistryError, match="--secret FILE") as error:
        commitments.secret_path("postgresql://me:password@host/registry")
    assert "password" not in str(error.value)


def test_the_secret_is_beside_the_registry_or_where_it_is_told(tmp_path):
    beside = commitments.secret_of(tmp_path / "r.db", create=True)
    told = commitments.secret_of(None, tmp_path / "told", create=True)

    assert commitments.read_secret(tmp_path / "r.db.secret") == beside
    assert commitments.read_secret(tmp_path / "told") == told
    with pytest.raises(ValueError, match="Received neither"):
        commitments.secret_of(None)
