"""Several processes on one registry, and processes killed at any moment."""

import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

import tf_fingerprint
from tf_fingerprint import registry
from tf_fingerprint.registry import State

from .store_contract import make_generator

pytestmark = pytest.mark.slow

ROOT = pathlib.Path(tf_fingerprint.__file__).parents[1]
ISSUING = pathlib.Path(__file__).with_name("issuing_process.py")

CREATING = """
import itertools, sys
from tf_fingerprint import registry
print("ready", flush=True)
for number in itertools.count():
    registry.open_store(f"{sys.argv[1]}/{number}.db", create=True).close()
"""


def start_python(*arguments):
    process = subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process):
    process.send_signal(signal.SIGKILL)
    with process:
        # Not `communicate`: that forgets what `readline` has read ahead.
        output = process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    return output


def steps_of(output):
    """What a process said it had done: (step, id, fingerprint) each."""
    # What follows the last line break was cut off by a kill.
    return [tuple(line.split()) for line in output.split("\n")[:-1]]


def assert_database_is_sound(path):
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


@pytest.mark.parametrize("num_bits", [10, 128])
def test_processes_issuing_at_once_never_collide_nor_lose_a_record(
    tmp_path, num_bits
):
    # Of 1024 fingerprints 450 are drawn: hundreds of draws meet a taken one.
    path, count = tmp_path / "registry.db", 150
    processes = [start_python(ISSUING, path, num_bits, count) for _ in range(3)]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
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
        process.stdin.write("go\n")
        process.stdin.flush()
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
    process.stdin.write("go\n")
    process.stdin.flush()
    process.stdout.readline()
    kill(process)

    with registry.open_store(path) as store:
        [*_, last] = registry.unfinished(store)
        assert registry.confirm(store, last.id).state == State.ISSUED
        assert last.id not in {r.id for r in registry.unfinished(store)}
        record = registry.issue(store, "next", generator=make_generator())
        assert store.issuances()[-1] == record


def test_a_kill_while_registries_are_made_leaves_none_half_made(tmp_path):
    num_registries = 0
    for attempt in range(8):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        process = start_python("-c", CREATING, folder)
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
