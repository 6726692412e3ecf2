import pickle
import sqlite3
import tracemalloc

import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.registry import lazy

from .store_contract import make_generator
from .store_contract import make_record


@pytest.fixture
def path(tmp_path):
    return tmp_path / "registry.db"


def recorded(path, count, num_bits=128):
    """That many records, in a registry at this path."""
    generator = make_generator(num_bits)
    drawn = {}  # Of 8 bits, two draws are soon alike.
    while len(drawn) < count:
        record = make_record(generator, f"R{len(drawn)}")
        drawn.setdefault(record.fingerprint, record)
    records = list(drawn.values())
    with registry.open_store(path, create=True) as store:
        store.append(records)
    return records


def load(path):
    with registry.open_store(path) as store:
        [generator] = store.generators()
        return store.lazy_issuances(generator)


def change(path, statement):
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("num_bits", [8, 13, 128])
def test_records_are_those_of_the_registry(path, num_bits, monkeypatch):
    monkeypatch.setattr(lazy, "_PART_ROWS", 4)  # Parts, the last one of 2.
    records = recorded(path, 10, num_bits)

    read = load(path)

    assert len(read) == 10
    assert read == records
    assert list(read) == records
    assert [read[place] for place in (9, 0, 3, 4, -1)] == [
        records[place] for place in (9, 0, 3, 4, -1)
    ]
    assert read[2:7] == tuple(records[2:7])
    assert read[::-3] == tuple(records[::-3])
    assert read[np.int64(5)] == records[5]
    assert read != records[:-1]
    bits = np.unpackbits(read.packed, axis=-1, count=num_bits)
    np.testing.assert_array_equal(bits, [record.bits for record in records])


def test_records_outlive_the_registry(path):
    records = recorded(path, 3)

    read = load(path)
    path.unlink()

    assert read == records


@pytest.mark.parametrize("place", [3, -4])
def test_beyond_the_last_there_is_none(path, place):
    recorded(path, 3)

    with pytest.raises(IndexError):
        load(path)[place]


@pytest.mark.slow
def test_they_take_half_the_memory_of_records_at_most(path):
    recorded(path, 3000)
    load(path)

    tracemalloc.start()
    read = load(path)
    lazy_bytes, _ = tracemalloc.get_traced_memory()
    records = pickle.loads(pickle.dumps(list(read)))
    all_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(records) == len(read) == 3000
    assert lazy_bytes < (all_bytes - lazy_bytes) / 2


@pytest.mark.parametrize(
    "fingerprint", ["00", "0" * 30 + "zz", "AB" * 16, "0 " * 16]
)
def test_what_is_no_fingerprint_is_told_at_once(path, fingerprint):
    recorded(path, 3)
    value = f"fingerprint = '{fingerprint}'"
    change(path, f"UPDATE issuances SET {value} WHERE position = 2")

    with pytest.raises(errors.RegistryError, match="a row that is no record"):
        load(path)


def test_bits_beyond_the_last_are_told_at_once(path):
    recorded(path, 3, num_bits=13)
    value = "fingerprint = '0001'"
    change(path, f"UPDATE issuances SET {value} WHERE position = 2")

    with pytest.raises(errors.RegistryError, match="zeros beyond the bits"):
        load(path)


def test_a_date_that_is_none_is_told_at_once(path):
    recorded(path, 3)
    change(path, "UPDATE issuances SET issued_at = 'soon' WHERE position = 2")

    with pytest.raises(errors.RegistryError, match="a row that is no record"):
        load(path)


@pytest.mark.parametrize(
    "value", ["state = 'gone'", "recipient = ''", "recipient = 'a' || x'0a'"]
)
def test_other_rows_that_are_no_records_are_told_when_looked_at(path, value):
    recorded(path, 3)
    change(path, f"UPDATE issuances SET {value} WHERE position = 2")

    read = load(path)

    with pytest.raises(errors.RegistryError, match=f"{path}.*no record"):
        read[1]
