"""Several processes on one registry, and processes killed at any moment."""

import os
import pathlib
import random
import subprocess
import sys
import time

import pytest

from tf_fingerprint import registry
from tf_fingerprint.registry import State

from .postgresql_cluster import postgresql_url as postgresql_url
from .postgresql_cluster import server as server
from .processes import ROOT
from .processes import assert_database_is_sound
from .processes import begin
from .processes import kill
from .processes import start_python
from .processes import steps_of
from .store_contract import make_generator

pytestmark = pytest.mark.slow

ISSUING = pathlib.Path(__file__).with_name("issuing_process.py")
BATCH = pathlib.Path(__file__).with_name("batch_process.py")

CREATING = """
import itertools, sys
from tf_fingerprint import registry
print("ready", flush=True)
for number in itertools.count():
    registry.open_store(f"{sys.argv[1]}/{number}.db", create=True).close()
    print("made", flush=True)
"""


@pytest.mark.parametrize("num_bits", [10, 128])
def test_processes_issuing_at_once_never_collide_nor_lose_a_record(
    tmp_path, num_bits
):
    # Of 1024 fingerprints 450 are drawn: hundreds of draws meet a taken one.
    path, count = tmp_path / "registry.db", 150
    processes = [start_python(ISSUING, path, num_bits, count) for _ in range(3)]
    for process in processes:
        begin(process)
    outputs = [process.communicate()[0] for process in processes]

    assert [process.returncode for process in processes] == [0, 0, 0]
    said = [
        step
        for output in outputs
        for step in steps_of(output)
        if step[0] == "reserved"
    ]
    with registry.open_store(path) as store:
        records = store.issuances()
    assert len({fingerprint for _, _, fingerprint in said}) == 3 * count
    assert sorted((_id, fingerprint) for _, _id, fingerprint in said) == sorted(
        (record.id, record.fingerprint) for record in records
    )
    assert sum(record.state == State.ISSUED for record in records) == 225
    assert_database_is_sound(path)


def test_a_kill_at_any_moment_leaves_a_registry_that_names_the_unfinished(
    tmp_path,
):
    path = tmp_path / "registry.db"
    reserved, issued = set(), set()
    for _ in range(10):
        process = start_python(ISSUING, path, 128, 10**6)
        begin(process)
        first = process.stdout.readline()
        time.sleep(random.uniform(0, 0.15))
        for step, issuance_id, _ in steps_of(first + kill(process)):
            (reserved if step == "reserved" else issued).add(issuance_id)

        with registry.open_store(path) as store:
            recorded = {record.id: record for record in store.issuances()}
            unfinished = {record.id for record in registry.unfinished(store)}
        assert_database_is_sound(path)
        assert reserved <= recorded.keys()
        # The last step before a kill may be done, but not yet said.
        assert len(recorded) - len(reserved) <= 10
        assert unfinished.isdisjoint(issued)
        assert len(recorded) - len(unfinished) - len(issued) <= 10
        assert unfinished == {
            record.id
            for record in recorded.values()
            if record.state == State.RESERVED
        }
    assert reserved and issued


def test_issuing_goes_on_after_a_kill(tmp_path):
    path = tmp_path / "registry.db"
    process = start_python(ISSUING, path, 128, 10**6)
    begin(process)
    process.stdout.readline()
    kill(process)

    with registry.open_store(path) as store:
        [*_, last] = registry.unfinished(store)
        assert registry.confirm(store, last.id).state == State.ISSUED
        assert last.id not in {r.id for r in registry.unfinished(store)}
        record = registry.issue(store, "next", generator=make_generator())
        assert store.issuances()[-1] == record


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Where a registry may be made."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_url")
    return str(tmp_path / "registry.db")


def test_a_batch_killed_again_and_again_has_neither_gap_nor_double(url):
    count, lines_at_once = 1000, 20
    num_recorded = []
    for _ in range(4):
        process = begin(start_python(BATCH, url, count, lines_at_once))
        for _ in range(random.randint(1, 6)):
            assert process.stdout.readline() == "begun\n"
        time.sleep(random.uniform(0, 0.02))
        kill(process)
        with registry.open_store(url) as store:
            num_recorded.append(len(store.issuances()))
            store.verify()
    process = begin(start_python(BATCH, url, count, lines_at_once))
    process.communicate()

    with registry.open_store(url) as store:
        records = store.issuances()
        store.verify()
    assert all(number % lines_at_once == 0 for number in num_recorded)
    assert num_recorded == sorted(num_recorded)
    assert [record.batch_line for record in records] == [
        *range(1, count + 1),
    ]
    assert [record.recipient for record in records] == [
        f"Recipient {number}" for number in range(count)
    ]


def test_processes_issuing_the_same_batch_share_its_lines(url):
    processes = [start_python(BATCH, url, 300, 20) for _ in range(2)]
    for process in processes:
        begin(process)
    for process in processes:
        assert process.communicate()[0].endswith("done\n")

    with registry.open_store(url) as store:
        records = store.issuances()
        store.verify()
    assert sorted(record.batch_line for record in records) == [*range(1, 301)]


def test_processes_issuing_at_once_append_to_one_chain(url):
    processes = [start_python(ISSUING, url, 128, 60) for _ in range(2)]
    for process in processes:
        begin(process)
    for process in processes:
        process.communicate()

    with registry.open_store(url) as store:
        assert len(store.issuances()) == 120
        assert store.verify().position == 1 + 120 + 60


def test_a_kill_while_registries_are_made_leaves_none_half_made(tmp_path):
    num_registries = 0
    for attempt in range(8):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        process = start_python("-c", CREATING, folder)
        for _ in range(random.randint(0, 3)):
            process.stdout.readline()
        time.sleep(random.uniform(0, 0.1))
        kill(process)

        for path in folder.glob("[0-9]*.db"):
            num_registries += 1
            with registry.open_store(path) as store:
                assert store.issuances() == []
            assert_database_is_sound(path)
    assert num_registries > 0


@pytest.mark.parametrize("part", ["fingerprints", "registry"])
def test_neither_tensorflow_nor_keras_is_imported(part):
    code = (
        f"import sys, tf_fingerprint; tf_fingerprint.{part}; "
        "sys.exit(bool({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
