"""Whether a registry loses anything while its users are killed.

Several processes issue, confirm, revoke, rotate and attribute as fast as they
can, on one registry in SQLite and then on one in PostgreSQL. All the while one
of them after another is killed by SIGKILL and another started in its place.
Each writes what it was told is done into a file of its own. In the end all of
that must be in the registry exactly once, and the audit log must verify.

    python benchmarks/registry_load.py

Starts a PostgreSQL of its own, or takes the database of
TF_FINGERPRINT_TEST_POSTGRESQL; fails without any, unless told to do without.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

import results_file

from tf_fingerprint import errors
from tf_fingerprint import registry

sys.path.insert(0, str(results_file.ROOT))

from tests.registry import postgresql_cluster  # noqa: E402

WORKER = pathlib.Path(__file__).with_name("registry_load_worker.py")
MEAN_SECONDS_BETWEEN_KILLS = 0.5


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--folder", help="disk to measure; temporary if not")
    parser.add_argument("--without-postgresql", action="store_true")
    args = parser.parse_args()
    figures = collections.Counter()
    kinds = ["sqlite"] if args.without_postgresql else ["sqlite", "postgresql"]
    for kind in kinds:
        with tempfile.TemporaryDirectory(dir=args.folder) as folder:
            folder = pathlib.Path(folder)
            with place(kind, folder) as url:
                found = loaded(url, folder, args.seconds, args.processes)
        print(kind, *(f"{key} {value:,}" for key, value in found.items()))
        figures.update({f"{kind}_{key}": found[key] for key in found})
        figures.update(found)
    about = {"seconds_each": args.seconds, "processes": args.processes}
    print(results_file.write("registry_load", {**figures, **about}))
    bad = ("lost", "doubled", "chain_broken", "gaps_in_list")
    if any(figures[key] for key in bad) or not figures["issued"]:
        raise SystemExit("the registry did not keep what it was given")


@contextlib.contextmanager
def place(kind, folder):
    """URL of a new registry."""
    if kind == "sqlite":
        yield str(folder / "registry.db")
        return
    with postgresql_cluster.running() as server:
        if server is None:
            raise SystemExit("no PostgreSQL here; try --without-postgresql")
        with postgresql_cluster.schema_in(server) as url:
            yield url


def loaded(url, folder, seconds, num_processes):
    """Figures of one registry under load, from the first worker's start on."""
    registry.open_store(url, create=True).close()
    workers, num_started, killed = {}, 0, 0
    end = next_kill = None
    while end is None or time.monotonic() < end:
        while len(workers) < num_processes:
            said = folder / f"{num_started}.said"
            workers[said] = start(url, said, num_started)
            num_started += 1
        crashed = [each for each in workers.values() if each.poll() is not None]
        if crashed:
            raise SystemExit(f"a worker ended with {crashed[0].returncode}")
        # Whoever has only just been started has nothing to lose.
        busy = [
            said for said in workers if said.exists() and said.stat().st_size
        ]
        if busy and end is None:
            end = time.monotonic() + seconds
            next_kill = time.monotonic()
        if busy and time.monotonic() >= next_kill:
            killed += kill(workers.pop(random.choice(busy)))
            next_kill = time.monotonic() + random.expovariate(
                1 / MEAN_SECONDS_BETWEEN_KILLS
            )
        time.sleep(0.01)
    for worker in workers.values():
        killed += kill(worker)
    return {**checked(url, folder), "killed": killed}


def has_begun(said):
    return said.exists() and said.stat().st_size > 0


def start(url, said, number):
    environment = {
        **os.environ,
        "PYTHONPATH": str(results_file.ROOT),
        "OMP_NUM_THREADS": "1",
        "TF_FINGERPRINT_ACTOR": f"worker {number}",
    }
    command = [sys.executable, str(WORKER), url, str(said)]
    return subprocess.Popen(command, env=environment)


def kill(process):
    """1 if the process had not ended by itself."""
    process.send_signal(signal.SIGKILL)
    return int(process.wait() == -signal.SIGKILL)


def checked(url, folder):
    """Compares what the workers were told with what the registry has."""
    said, attributed, wrong = {}, 0, 0
    for path in folder.glob("*.said"):
        # What follows the last line break was cut off by a kill.
        for line in path.read_text().split("\n")[:-1]:
            action, _id, fingerprint, recipient = line.split("\t")
            if action == "attributed":
                attributed += 1
                wrong += fingerprint != recipient
            else:
                said.setdefault(_id, []).append((action, fingerprint))
    with registry.open_store(url) as store:
        records = store.issuances()
        chain_broken = 0
        try:
            store.verify()
        except errors.AuditError as error:
            print(error, file=sys.stderr)
            chain_broken = 1
    recorded = {record.id: record for record in records}
    lost = sum(not is_kept(recorded, *each) for each in said.items())
    doubled = sum(
        count - 1
        for values in (
            [record.id for record in records],
            [record.fingerprint for record in records],
            [each.batch_line for each in records if each.batch],
        )
        for count in collections.Counter(values).values()
    )
    lines = {each.batch_line for each in records if each.batch}
    return {
        "lost": lost,
        "doubled": doubled,
        "chain_broken": chain_broken,
        "gaps_in_list": max(lines, default=0) - len(lines),
        "issued": len(records),
        "told_of": len(said),
        "attributed": attributed,
        "attributed_wrongly": wrong,
    }


def is_kept(recorded, issuance_id, steps):
    """Whether the registry has an issuance as its worker left it, or later."""
    record = recorded.get(issuance_id)
    if record is None or {record.fingerprint} != {each for _, each in steps}:
        return False
    # A kill may come between a step and its being told, never the other way.
    order = ["reserved", "issued", "revoked", "retired"]
    last_told = max(order.index(action) for action, _ in steps)
    return order.index(str(record.state)) >= last_told


if __name__ == "__main__":
    main()
