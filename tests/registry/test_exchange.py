import csv
import datetime
import json

import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.registry import State
from tf_fingerprint.registry import exchange

from .store_contract import make_generator
from .store_contract import make_record


@pytest.fixture
def store(tmp_path):
    with registry.open_store(tmp_path / "registry.db", create=True) as store:
        yield store


@pytest.fixture
def other(tmp_path):
    with registry.open_store(tmp_path / "other.db", create=True) as store:
        yield store


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            writer = csv.DictWriter(file, exchange.COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        else:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_every_field_comes_back(store, other, tmp_path, ending):
    moment = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)
    records = [
        make_record(
            recipient='He said: "no",\u2028 twice',
            state=State.RETIRED,
            issued_by="us",
            expires_at=moment,
            batch="list",
            batch_line=7,
        ),
        make_record(make_generator(100, name="b"), state=State.REVOKED),
    ]
    store.append(records)
    file = write(tmp_path / f"x.{ending}", registry.export_rows(store))

    assert registry.import_rows(other, file) == records
    assert other.issuances() == records
    other.verify()
    assert [
        event.to_dict()["action"] for event in other.events(records[0].id)
    ] == ["import"]


def test_thousands_are_exported_in_parts(store, monkeypatch):
    monkeypatch.setattr(exchange, "_ROWS_AT_ONCE", 7)
    store.append([make_record(id=f"id{number}") for number in range(30)])

    def exported(**options):
        return [row["id"] for row in registry.export_rows(store, **options)]

    assert exported() == [f"id{number}" for number in range(30)]
    assert exported(limit=20) == [f"id{number}" for number in range(20)]
    assert exported(after="id9", limit=8) == [f"id{n}" for n in range(10, 18)]
    assert exported(limit=7) == [f"id{number}" for number in range(7)]


def test_what_is_there_already_is_passed_over(store, tmp_path):
    records = [make_record() for _ in range(3)]
    store.append(records[:2])
    file = write(tmp_path / "x.jsonl", registry.export_rows(store))
    store.append(records[2:])
    head = store.head()

    assert registry.import_rows(store, file) == []
    assert store.head() == head


def test_another_of_a_known_id_is_refused(store, tmp_path):
    store.append([make_record(id="id1")])
    rows = list(registry.export_rows(store))
    file = write(tmp_path / "x.jsonl", [rows[0] | {"recipient": "Other"}])

    with pytest.raises(errors.RegistryError, match="id1 must be as"):
        registry.import_rows(store, file)
    twice = write(tmp_path / "y.jsonl", [*rows, rows[0] | {"state": "issued"}])
    with pytest.raises(errors.RegistryError, match="line 2.*another id1"):
        registry.import_rows(store, twice)


@pytest.mark.slow
@pytest.mark.parametrize("num_rows", [2, 5000])
def test_a_taken_fingerprint_keeps_all_rows_out(
    store, other, tmp_path, num_rows
):
    store.append([make_record() for _ in range(num_rows)])
    rows = list(registry.export_rows(store))
    other.append([make_record(fingerprint=rows[-1]["fingerprint"])])
    head = other.head()

    with pytest.raises(errors.FingerprintTakenError):
        registry.import_rows(other, write(tmp_path / "x.jsonl", rows))

    assert other.head() == other.verify() == head


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": 7},
        {"id": None},
        {"fingerprint": "FF" * 16},
        {"fingerprint": None},
        {"recipient": " "},
        {"state": "lent"},
        {"issued_at": "yesterday"},
        {"issued_at": "2026-01-01"},
        {"issued_at": "0001-01-01T00:00:00+14:00"},
        {"expires_at": "2026-01-01"},
        {"expires_at": 7},
        {"batch": "list"},
        {"batch": "list", "batch_line": 0},
        {"batch": "list", "batch_line": 2**31},
        {"batch_line": "7"},
        {"num_bits": 100},
        {"num_bits": True},
        {"num_bits": 128.0},
        {"resolution": 10**30},
        {"generator_digest": "A" * 64},
        {"decoder_digest": ["d"]},
        {"surprise": 1},
    ],
    ids=str,
)
def test_a_row_that_is_no_issuance_keeps_all_out(
    store, other, tmp_path, change
):
    store.append([make_record(), make_record()])
    one, two = registry.export_rows(store)
    file = write(tmp_path / "x.jsonl", [one, two | change])

    with pytest.raises(errors.RegistryError, match="x.jsonl, line 2"):
        registry.import_rows(other, file)

    assert other.issuances() == []


@pytest.mark.parametrize(
    "name, contents",
    [
        ("x.jsonl", b"[]\n"),
        ("x.jsonl", b"{\n"),
        ("x.jsonl", b"\n"),
        ("x.jsonl", b"[" * 100_000),
        ("x.jsonl", b"\xff"),
        ("x.csv", b"id,recipient\n1,2\n"),
        ("x.csv", b"id\n1,2\n"),
        ("x.csv", b'id\n"1\n'),
        ("x.csv", b"num_bits\nmany\n"),
        ("x.csv", b"\xff"),
    ],
)
def test_a_file_that_is_none_is_refused(store, tmp_path, name, contents):
    (tmp_path / name).write_bytes(contents)

    with pytest.raises(errors.RegistryError, match=name):
        registry.import_rows(store, tmp_path / name)


def test_a_file_that_is_not_there_is_named(store, tmp_path):
    with pytest.raises(errors.RegistryError, match="x.csv.*No such file"):
        registry.import_rows(store, tmp_path / "x.csv")
