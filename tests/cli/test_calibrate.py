"""Calibration and evidence from the command line."""

import datetime
import json

import pytest
from PIL import Image

from tf_fingerprint import calibration
from tf_fingerprint import cli
from tf_fingerprint import registry

from ..export.bundles.test_signing import write_key
from ..tiny_run import issue_what_is_read
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tiny_run, tmp_path):
    """A registry, and two pictures of which the first is Acme's."""
    for name, image in zip("ab", tiny_run.generate(2, seed=1), strict=True):
        Image.fromarray(image).save(tmp_path / f"{name}.png")
    issue_what_is_read(tiny_run, tmp_path / "a.png", tmp_path / "registry.db")
    return tmp_path


@pytest.fixture
def command(capsys):
    """Runs a command; returns its exit code, stdout and stderr."""

    def run(*args):
        status = cli.main([str(arg) for arg in args])
        return status, *capsys.readouterr()

    return run


def calibrated(command, folder, run_dir, *more):
    return command(
        *("calibrate", run_dir, "--images", "procedural:40"),
        *("--min-photographs", 40, "--to", folder / "calibration.json"),
        *("--registry", folder / "registry.db", "--format", "json", *more),
    )


def attributed(command, folder, run_dir, *more):
    return command(
        *("attribute", folder / "a.png", folder / "b.png", "--run", run_dir),
        *("--registry", folder / "registry.db", "--format", "json", *more),
    )


def test_from_calibration_to_evidence_that_stands(
    command, folder, tiny_run, tiny_run_dir
):
    status, stdout, _ = calibrated(command, folder, tiny_run_dir)
    summary = json.loads(stdout)
    made = calibration.load(folder / "calibration.json")
    assert status == 0
    assert summary["digest"] == made.digest
    assert summary["photographs"] == sum(summary["best_matches"].values()) == 40

    status, stdout, stderr = attributed(
        command,
        folder,
        tiny_run_dir,
        *("--calibration", folder / "calibration.json", "--combine"),
        *("--evidence", folder / "evidence"),
    )
    right, other, together = map(json.loads, stdout.splitlines())
    assert (status, stderr) == (0, "")
    assert right["num_matches"] == 32
    assert right["measured_trials"] == 40
    assert right["calibration_digest"] == made.digest
    assert other["finding"] in ("no_evidence", "not_issued", "ambiguous")
    assert together["image"] == "(2 together)"
    assert together["num_images"] == 2
    kept = folder / "evidence" / "0001" / "image"
    assert kept.read_bytes() == (folder / "a.png").read_bytes()

    argv = ("evidence", "verify", folder / "evidence")
    status, stdout, _ = command(*argv, "--registry", folder / "registry.db")
    assert status == 0
    assert [line.split()[0] for line in stdout.splitlines()[1:]] == [
        *("0001", "0002", "together"),
    ]
    assert "all but the registry" in command(*argv)[1]

    (folder / "evidence" / "0002" / "report.html").write_text("forged")
    status, _, stderr = command(*argv)
    assert status == 1
    assert "0002/report.html: must hold" in stderr


def test_a_run_brings_its_calibration(command, folder, tiny_run_dir):
    import shutil

    run_dir = folder / "run"
    shutil.copytree(tiny_run_dir, run_dir)
    argv = ("calibrate", run_dir, "--images", "procedural:30")
    status, stdout, _ = command(*argv, "--min-photographs", 30)
    assert status == 0
    assert str(run_dir / "calibration.json.gz") in stdout

    _, stdout, _ = attributed(command, folder, run_dir, "--decide", "soft")

    row = json.loads(stdout.splitlines()[0])
    assert row["measured_trials"] == 30
    assert row["decided_by"] == "soft"


def test_too_few_photographs_are_a_named_failure(command, folder, tiny_run_dir):
    status, stdout, stderr = command(
        *("calibrate", tiny_run_dir, "--images", "procedural:40"),
        *("--to", folder / "calibration.json"),
    )

    assert (status, stdout) == (1, "")
    assert "At least 2,000 photographs" in stderr
    assert not (folder / "calibration.json").exists()


def test_soft_bits_without_a_calibration_are_a_usage_error(
    command, folder, tiny_run_dir
):
    with pytest.raises(SystemExit) as exit_:
        attributed(command, folder, tiny_run_dir, "--decide", "soft")

    assert exit_.value.code == 2


def test_evidence_never_replaces_any(command, folder, tiny_run_dir):
    (folder / "evidence").mkdir()
    (folder / "evidence" / "old").write_text("x")

    status, stdout, stderr = attributed(
        command, folder, tiny_run_dir, "--evidence", folder / "evidence"
    )

    assert (status, stdout) == (1, "")
    assert "new or empty folder" in stderr


def test_evidence_is_signed_by_who_gives_it(command, folder, tiny_run_dir):
    pytest.importorskip("model_signing")
    private, public = write_key(folder, "owner")

    status, *_ = attributed(
        command,
        folder,
        tiny_run_dir,
        *("--evidence", folder / "evidence", "--sign-with", private),
    )

    assert status == 0
    argv = ("evidence", "verify", folder / "evidence", "--public-key", public)
    status, stdout, _ = command(*argv, "--format", "json")
    assert status == 0
    assert json.loads(stdout.splitlines()[0])["signature"] == "valid"


def test_a_key_that_can_not_sign_is_told_before_the_work(
    command, folder, tiny_run_dir
):
    (folder / "key.pem").write_text("no key")
    evidence = ("--evidence", folder / "evidence")

    status, stdout, stderr = attributed(
        *(command, folder, tiny_run_dir, *evidence),
        *("--sign-with", folder / "key.pem"),
    )

    assert (status, stdout) == (1, "")
    assert not (folder / "evidence").exists()
    with pytest.raises(SystemExit):
        attributed(command, folder, tiny_run_dir, "--sign-with", "key.pem")


def test_an_expired_recipient_is_named_and_marked(
    command, folder, tiny_run_dir
):
    with registry.open_store(folder / "registry.db") as store:
        [record] = store.issuances()
        end = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        store.change_expiry(record.id, end)

    for found_at, expired in (("2025-12-31", False), ("2026-01-01", True)):
        _, stdout, _ = attributed(
            command, folder, tiny_run_dir, "--found-at", found_at
        )
        row = json.loads(stdout.splitlines()[0])
        assert row["finding"] == "attributed"
        assert row["recipient"] == record.recipient
        assert row["expired"] is expired
        assert "2026-01-01" in row["reason"]
