"""Many bundles at once, and what a kill leaves of them."""

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from export.bundles import verification
from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.issuing import many as bulk

from ..export.bundle_writers import writer_of
from ..tiny_run import ROOT
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow

NAMES = [f"Recipient {number}" for number in range(5)]


@pytest.fixture
def issue(tiny_run, tmp_path):
    """Issues to some into the same folder and registry."""

    def run(names=NAMES, writer=None):
        return bulk.issue_many(
            writer or writer_of(tiny_run),
            names,
            tmp_path / "registry.db",
            to=tmp_path / "out",
            untraceable=True,
        )

    return run


def held(path):
    """Folders of bundles; not the lock."""
    return {each.name for each in path.iterdir() if each.is_dir()}


def test_each_recipient_gets_a_bundle_that_verifies(issue, tmp_path):
    issued = issue()

    assert [each.record.recipient for each in issued] == NAMES
    assert held(tmp_path / "out") == {each.record.id for each in issued}
    for each in issued:
        assert each.is_new
        assert each.record.state is registry.State.ISSUED
        verified = verification.verify(each.folder)
        assert verified.manifest["recipient"] == each.record.recipient
        opened = verification.open_commitment(
            each.folder, tmp_path / "registry.db"
        )
        assert opened.fingerprint == each.record.fingerprint
    prints = {each.record.fingerprint for each in issued}
    assert len(prints) == len(NAMES)


def test_only_one_graph_is_traced(issue, tiny_run, monkeypatch):
    import tensorflow as tf

    writer_of(tiny_run).prepare()

    def save(*unused, **arguments):
        raise RuntimeError("traced again")

    monkeypatch.setattr(tf.saved_model, "save", save)

    assert len(issue()) == len(NAMES)


def test_what_failed_is_taken_up_again(issue, tiny_run, tmp_path, monkeypatch):
    writer = writer_of(tiny_run)
    write = writer.write

    def fail_at_the_third(record, folder, *, salt):
        if record.recipient == NAMES[2]:
            raise errors.RunError("The disk is full.")
        return write(record, folder, salt=salt)

    monkeypatch.setattr(writer, "write", fail_at_the_third)
    with pytest.raises(errors.RunError, match="disk is full"):
        issue()
    monkeypatch.undo()
    with registry.open_store(tmp_path / "registry.db") as store:
        reserved = {each.recipient: each for each in store.issuances()}
    before = held(tmp_path / "out")

    issued = issue()

    assert before < held(tmp_path / "out")
    for each in issued:
        assert each.is_new == (each.record.id not in before)
        expected = reserved[each.record.recipient]
        assert each.record.fingerprint == expected.fingerprint
        assert each.record.state is registry.State.ISSUED
    assert not [each for each in issue() if each.is_new]


def test_what_was_written_and_not_confirmed_is_confirmed(
    issue, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        bulk.registries, "confirm", lambda store, issuance_id: None
    )
    issue(NAMES[:1])
    monkeypatch.undo()

    [again] = issue(NAMES[:1])

    assert not again.is_new
    assert again.record.state is registry.State.ISSUED


def test_a_second_order_is_a_second_fingerprint(tiny_run, issue, tmp_path):
    [first] = issue(NAMES[:1])

    [second] = bulk.issue_many(
        writer_of(tiny_run),
        NAMES[:1],
        tmp_path / "registry.db",
        to=tmp_path / "another",
        untraceable=True,
    )

    assert second.record.fingerprint != first.record.fingerprint


@pytest.mark.parametrize(
    ("names", "text"),
    [(["Acme", "Acme"], "there twice"), (["Acme", " "], "a name on one line")],
)
def test_names_are_checked_before_anything_is_recorded(
    issue, tmp_path, names, text
):
    with pytest.raises(ValueError, match=text):
        issue(names)
    assert not list(tmp_path.iterdir())


def test_somebody_must_write(tiny_run, tmp_path):
    with pytest.raises(ValueError, match="at least 1. Received 0"):
        bulk.issue_many(
            writer_of(tiny_run),
            NAMES,
            tmp_path / "registry.db",
            to=tmp_path / "out",
            workers=0,
        )
    assert not list(tmp_path.iterdir())


def test_more_bundles_than_a_process_costs_have_more_workers(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(4)))

    workers = [bulk.workers_for(count) for count in (1, 199, 200, 10_000)]

    assert workers == [1, 1, 2, 4]


def test_two_processes_do_not_write_into_one_folder(issue, tmp_path):
    with bulk._locked(tmp_path / "out"):
        with pytest.raises(errors.RunError, match="another process"):
            issue()


def test_only_drafts_are_cleared_away(issue, tmp_path):
    kept = tmp_path / "out" / ".my.files"
    draft = tmp_path / "out" / ".0123456789abcdef.01234567"
    for folder in (kept, draft):
        folder.mkdir(parents=True)
        (folder / "file").touch()

    issue(NAMES[:1])

    assert kept.exists()
    assert not draft.exists()


WRITES_FOR_EVER = """
import pathlib, sys
import tf_fingerprint
from export.bundles import writer as bundle_writing
from tf_fingerprint.issuing import many
run_dir, folder = map(pathlib.Path, sys.argv[1:])
writer = bundle_writing.BundleWriter(tf_fingerprint.load(run_dir))
names = [f"Recipient {number}" for number in range(200)]
writer.prepare()
print("ready", flush=True)
registry = folder / "registry.db"
to = folder / "out"
many.issue_many(writer, names, registry, to=to, workers=2, untraceable=True)
"""


@pytest.mark.slow
def test_a_kill_leaves_whole_bundles_or_none(
    issue, tiny_run, tiny_run_dir, tmp_path
):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES_FOR_EVER, tiny_run_dir, tmp_path],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    try:
        process.stdout.readline()
        while len(finished(tmp_path / "out")) < 3:
            assert process.poll() is None
            time.sleep(0.01)
        children = children_of(process.pid)
        assert children
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    while any(os.path.exists(f"/proc/{pid}") for pid in children):
        time.sleep(0.01)
    left = finished(tmp_path / "out")
    assert 3 <= len(left) < 200
    for folder in left:
        verification.verify(folder)

    names = [f"Recipient {number}" for number in range(len(left) + 3)]
    issued = issue(names)

    assert len(issued) == len(names)
    for each in issued:
        verification.verify(each.folder)
        assert each.record.state is registry.State.ISSUED
    assert not [path for path in (tmp_path / "out").iterdir() if path.suffix], (
        "drafts"
    )


def children_of(pid):
    tasks = pathlib.Path("/proc", str(pid), "task").glob("*/children")
    return [child for task in tasks for child in task.read_text().split()]


def finished(folder: pathlib.Path):
    if not folder.exists():
        return []
    return [path for path in folder.iterdir() if path.name.isalnum()]
