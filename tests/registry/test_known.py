import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.registry import known
from tf_fingerprint.registry import sqlite

from .store_contract import make_generator
from .store_contract import make_record


@pytest.fixture
def path(tmp_path):
    """Of a registry with more than is read while others wait."""
    path = tmp_path / "registry.db"
    lengths = [make_generator(128, "a"), make_generator(100, "b")]
    with registry.open_store(path, create=True) as store:
        store.append([make_record(lengths[n % 2]) for n in range(5000)])
    return path


def test_what_is_read_first_keeps_nobody_from_writing(path, monkeypatch):
    monkeypatch.setattr(sqlite, "_BUSY_TIMEOUT_SECONDS", 0.1)
    read, written = known.Known._read, []

    def read_meanwhile(self, *args, **options):
        if not written:
            written.append(make_record())
            with registry.open_store(path) as other:
                registry.confirm(other, other.issuances(limit=1)[0].id)
        read(self, *args, **options)

    monkeypatch.setattr(known.Known, "_read", read_meanwhile)
    with registry.open_store(path) as store:
        registry.issue(store, "ACME", generator=make_generator())

        assert written
        assert len(store.issuances()) == 5001
        store.verify()


@pytest.mark.parametrize(("num_bits", "name"), [(128, "a"), (100, "b")])
def test_a_fresh_store_knows_all_of_each_length(path, num_bits, name):
    generator = make_generator(num_bits, name)
    with registry.open_store(path) as store:
        taken = store.issuances(generator_digest=generator.digest)
    for record in (taken[0], taken[-1]):
        near = record.bits ^ (np.arange(num_bits) < 3)
        with registry.open_store(path) as store:
            with pytest.raises(errors.FingerprintTakenError):
                store.append(
                    [make_record(generator, bits=near)], min_distance=4
                )
            store.append([make_record(generator, bits=near)], min_distance=3)


def test_it_is_read_in_parts(path, monkeypatch):
    monkeypatch.setattr(known, "_ROWS_AT_ONCE", 999)
    with registry.open_store(path) as store:
        for record in store.issuances()[::500]:
            with pytest.raises(errors.FingerprintTakenError):
                store.append(
                    [make_record(record.generator, bits=record.bits)],
                    min_distance=2,
                )
