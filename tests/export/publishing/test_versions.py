"""Several publishers at once, and publishers killed at any moment."""

import contextlib
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest

from export.publishing import versions
from tf_fingerprint import errors

from .. import publishing_process
from ..publishing_process import ROOT
from ..publishing_process import fill
from ..publishing_process import is_whole


def start(base, count, keep):
    process = subprocess.Popen(
        [sys.executable, publishing_process.__file__]
        + [str(base), str(count), str(keep)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def begin(process):
    process.stdin.write("go\n")
    process.stdin.flush()


def hidden(base):
    """What is in a base directory besides versions."""
    return {path.name for path in base.iterdir()} - {
        str(number) for number in versions.published(base)
    }


def test_two_publishers_never_get_the_same_number(tmp_path):
    processes = [start(tmp_path, 40, 1000) for _ in range(3)]
    for process in processes:
        begin(process)
    outputs = [process.communicate()[0] for process in processes]

    given = [int(line) for output in outputs for line in output.split()]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(given) == list(range(1, 121))
    assert list(versions.published(tmp_path)) == list(range(1, 121))
    assert all(map(is_whole, versions.published(tmp_path).values()))
    assert hidden(tmp_path) == {versions.HIGHEST}


def test_retention_of_one_publisher_does_not_disturb_another(tmp_path):
    processes = [start(tmp_path, 40, 2) for _ in range(3)]
    for process in processes:
        begin(process)
    outputs = [process.communicate()[0] for process in processes]

    given = [int(line) for output in outputs for line in output.split()]
    assert sorted(given) == list(range(1, 121))
    assert list(versions.published(tmp_path)) == [119, 120]


@pytest.mark.slow
def test_a_publisher_killed_at_any_moment_leaves_whole_versions(tmp_path):
    random.seed(3)
    seen, left = [], 0
    for _ in range(25):
        process = start(tmp_path, 10**6, 3)
        begin(process)
        time.sleep(random.uniform(0, 0.03))
        process.send_signal(signal.SIGKILL)
        with process:
            output = process.stdout.read()
        seen += [int(line) for line in output.split("\n")[:-1]]
        left += len(hidden(tmp_path) - {versions.HIGHEST})
        assert all(map(is_whole, versions.published(tmp_path).values()))
    path = versions.add(tmp_path, fill)

    assert left > 0, "no process was killed while it wrote"
    assert seen == sorted(set(seen)), "a number was given twice"
    assert int(path.name) > max(seen, default=0)
    assert hidden(tmp_path) == {versions.HIGHEST}


def test_an_old_version_goes_at_once(tmp_path):
    old, number = tmp_path / "1", 3000
    old.mkdir()
    for each in range(number):
        (old / str(each)).touch()
    looks, is_done = [], threading.Event()

    def look():
        while not is_done.is_set():
            with contextlib.suppress(FileNotFoundError):
                seen = len(os.listdir(old))
                # If it was renamed in between, it isn't there now.
                looks.append(seen == number or not old.exists())

    watcher = threading.Thread(target=look)
    watcher.start()
    versions.add(tmp_path, fill, keep=1)
    is_done.set()
    watcher.join()

    assert looks and all(looks), "half a version was seen"
    assert list(versions.published(tmp_path)) == [2]


def test_the_draft_of_a_living_publisher_is_left_alone(tmp_path):
    def fill_slowly(draft):
        fill(draft)
        versions.add(tmp_path, fill)
        assert is_whole(draft)

    path = versions.add(tmp_path, fill_slowly)

    assert path.name == "2"
    assert is_whole(path)


def test_a_failure_leaves_nothing(tmp_path):
    def fail(draft):
        fill(draft)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        versions.add(tmp_path, fail)

    assert not any(tmp_path.iterdir())


def test_the_number_of_a_removed_version_is_not_given_again(tmp_path):
    versions.add(tmp_path, fill)
    newest = versions.add(tmp_path, fill)
    newest.rename(tmp_path / "rolled-back")

    assert versions.add(tmp_path, fill).name == "3"


def test_names_count_as_servers_read_them(tmp_path):
    for name in ("007", "v9", "9.tmp", ".10", "3"):
        (tmp_path / name).mkdir()

    assert list(versions.published(tmp_path)) == [3, 7]
    assert versions.add(tmp_path, fill).name == "8"


@pytest.mark.parametrize("wanted", [3, 5])
def test_numbers_only_go_up(tmp_path, wanted):
    versions.add(tmp_path, fill, wanted=5)

    with pytest.raises(errors.ExportError, match="Publish as version 6"):
        versions.add(tmp_path, pytest.fail, wanted=wanted)


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o700])
def test_a_version_is_as_readable_as_its_base_directory(tmp_path, mode):
    tmp_path.chmod(mode)
    before = os.umask(0o077)
    try:
        path = versions.add(tmp_path, fill)
    finally:
        os.umask(before)

    for each in [path, *path.rglob("*")]:
        expected = mode if each.is_dir() else mode & 0o644
        assert stat.S_IMODE(each.stat().st_mode) == expected, each


def test_a_note_that_makes_no_sense_is_named(tmp_path):
    (tmp_path / versions.HIGHEST).write_text("many\n")

    with pytest.raises(errors.ExportError, match="highest number"):
        versions.add(tmp_path, fill)
