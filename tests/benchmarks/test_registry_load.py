"""Whether the load test would notice, and a second of it."""

import pathlib
import sqlite3

import pytest

from tf_fingerprint import registry

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import registry_load

    return registry_load


@pytest.fixture
def told(load, tmp_path):
    """Path of a registry whose workers were told of five issuances."""
    import registry_load_worker as worker

    path = tmp_path / "registry.db"
    with registry.open_store(path, create=True) as store:
        records = [
            registry.issue(store, f"R{number}", generator=worker.GENERATOR)
            for number in range(5)
        ]
        registry.confirm(store, records[0].id)
        registry.issue_many(
            store, ["a", "b", "c"], generator=worker.GENERATOR, batch="list"
        )
    lines = [
        f"reserved\t{record.id}\t{record.fingerprint}\t{record.recipient}\n"
        for record in records
    ]
    lines.append(lines[0].replace("reserved", "issued"))
    lines.append("reserved\tcut o")
    (tmp_path / "0.said").write_text("".join(lines))
    return path


def change(path, statement):
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_sound_registry_has_lost_nothing(load, told):
    figures = load.checked(str(told), told.parent)

    assert figures["issued"] == 8
    assert figures["told_of"] == 5
    for name in ("lost", "doubled", "chain_broken", "gaps_in_list"):
        assert figures[name] == 0


@pytest.mark.parametrize(
    "statement, name",
    [
        ("DELETE FROM issuances WHERE recipient = 'R3'", "lost"),
        ("UPDATE issuances SET state = 'reserved'", "lost"),
        ("DELETE FROM issuances WHERE recipient = 'b'", "gaps_in_list"),
        ("DELETE FROM events WHERE position = 4", "chain_broken"),
    ],
)
def test_what_goes_wrong_is_counted(load, told, statement, name):
    change(told, statement)

    assert load.checked(str(told), told.parent)[name] == 1


@pytest.mark.slow
def test_a_second_of_load_loses_nothing(load, tmp_path):
    figures = load.loaded(str(tmp_path / "registry.db"), tmp_path, 1, 2)

    assert figures["killed"] >= 2
    assert figures["told_of"] > 0
    for name in ("lost", "doubled", "chain_broken", "gaps_in_list"):
        assert figures[name] == 0
