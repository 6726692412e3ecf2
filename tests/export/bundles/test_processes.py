"""Bundles that another process writes."""

import multiprocessing

import pytest

from export.bundles import processes as bundle_processes
from export.bundles import verification
from tf_fingerprint import errors

from ...tiny_run import tiny_run as tiny_run
from ...tiny_run import tiny_run_dir as tiny_run_dir
from ..bundle_writers import SALT
from ..bundle_writers import record_of
from ..bundle_writers import writer_of

pytestmark = pytest.mark.slow


def test_another_process_writes_the_same_and_its_death_is_named(
    tiny_run, tmp_path
):
    writer, record = writer_of(tiny_run), record_of(tiny_run, 1)
    writer.write(record, tmp_path / "here", salt=SALT)

    with bundle_processes.started(writer.portable(), 1) as write:
        write(record, tmp_path / "there", salt=SALT)
        [process] = multiprocessing.active_children()
        process.kill()
        with pytest.raises(errors.ExportError, match="fewer workers"):
            write(record, tmp_path / "never", salt=SALT)

    here, there = (
        verification.verify(tmp_path / name).manifest
        for name in ("here", "there")
    )
    # What is measured may differ in its last digits.
    for name, held in there["files"].items():
        assert name == "README.md" or held == here["files"][name]
    assert there["files"].keys() == here["files"].keys()
    for key in ("issuance_id", "commitment", "inputs"):
        assert there[key] == here[key]
    trials = [each["self_test"]["fresh_process"] for each in (here, there)]
    assert trials[0] == trials[1]
    assert not (tmp_path / "never").exists()
