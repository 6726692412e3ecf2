"""Training, classifying and measuring from the command line."""

import csv
import io
import json
import shutil
import sys

import pytest

from tf_fingerprint import cli
from tf_fingerprint.cli import passive as passive_commands
from tf_fingerprint.passive import attacks
from tf_fingerprint.passive import training

from ..tiny_passive import passive_dir as passive_dir
from ..tiny_passive import sources_dir as sources_dir
from ..tiny_passive import write_sources


@pytest.fixture
def run(capsys):
    """Runs a command; returns its exit code, stdout and stderr."""

    def run(*args):
        return cli.main(["passive", *map(str, args)]), *capsys.readouterr()

    return run


def test_attacks_can_be_chosen_without_importing_them():
    assert passive_commands.ATTACKS == (attacks.NONE, *attacks.NAMES)


@pytest.mark.slow
def test_every_image_has_an_opinion_in_order(run, passive_dir, sources_dir):
    status, stdout, stderr = run(
        *("classify", sources_dir / "dark" / "003.png", sources_dir / "bright"),
        *("--run", passive_dir, "--format", "json"),
    )

    rows = [json.loads(line) for line in stdout.splitlines()]
    assert (status, stderr) == (0, "")
    assert len(rows) == 41
    assert rows[0]["image"] == str(sources_dir / "dark" / "003.png")
    assert rows[0]["label"] == "dark"
    assert rows[0]["probability"] > 0.5
    assert rows[0]["unknown"] is False
    assert "`dark`" in rows[0]["sentence"]


def test_an_unreadable_image_is_named_and_the_others_classified(
    run, passive_dir, sources_dir, tmp_path
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.png").write_bytes(b"no picture")

    status, stdout, stderr = run(
        *("classify", tmp_path / "broken.png", tmp_path / "empty"),
        *(sources_dir / "dark" / "003.png", "--run", passive_dir),
    )

    assert status == 1
    assert "broken.png: can't be read" in stderr
    assert "empty: must contain pictures" in stderr
    assert len(stdout.splitlines()) == 2


def test_measuring_shows_what_each_source_is_taken_for(
    run, passive_dir, sources_dir
):
    argv = ("evaluate", passive_dir, "--sources", sources_dir, "--format")

    status, stdout, _ = run(*argv, "csv")
    rows = {row["source"]: row for row in csv.DictReader(io.StringIO(stdout))}
    _, stdout, _ = run(*argv, "json")
    found = json.loads(stdout)

    assert status == 0
    assert list(rows) == ["bright", "dark", "striped", "(all known)"]
    assert int(rows["dark"]["as_dark"]) == found["confusion"][1][1]
    assert rows["striped"]["as_dark"] == ""
    assert float(rows["(all known)"]["accuracy"]) == pytest.approx(
        found["accuracy"]["value"]
    )


def test_training_prints_the_run_directory(
    run, passive_dir, sources_dir, tmp_path, monkeypatch
):
    def train(config, sources, folder, **options):
        assert config.data.leave_out == "striped"
        assert sources == sources_dir
        assert options["resume"] is True
        assert options["minutes"] == 2.5
        return folder

    monkeypatch.setattr(training, "train", train)

    status, stdout, _ = run(
        *("train", sources_dir, "--run-dir", tmp_path / "run"),
        *("--config", passive_dir / "config.toml"),
        *("--set", "training.batch_size=16", "--resume", "--minutes", "2.5"),
    )

    assert (status, stdout) == (0, f"{tmp_path / 'run'}\n")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("train", "nowhere", "--run-dir", "x"), "no such folder"),
        (("train", "ONE", "--run-dir", "x"), "must hold at least 2 sources"),
        (("train", "ONE", "--run-dir", "x", "--set", "a.b=1"), "unknown key"),
        (("classify", "a.png", "--run", "nowhere"), "Missing: config.toml"),
    ],
)
def test_what_is_wrong_is_one_line(argv, message, run, tmp_path):
    write_sources(tmp_path, ("only",), count=1)

    status, stdout, stderr = run(
        *(tmp_path if each == "ONE" else each for each in argv)
    )

    assert (status, stdout) == (1, "")
    assert message in stderr
    assert len(stderr.splitlines()) == 1


def test_a_source_that_lost_its_pictures_is_told_at_once(
    run, sources_dir, tmp_path, monkeypatch
):
    shutil.copytree(sources_dir, tmp_path / "sources")
    shutil.rmtree(tmp_path / "sources" / "dark")
    (tmp_path / "sources" / "dark").mkdir()
    monkeypatch.setitem(sys.modules, "tf_fingerprint.passive.training", None)

    status, _, stderr = run(
        "train", tmp_path / "sources", "--run-dir", tmp_path / "run"
    )

    assert status == 1
    assert "dark: must contain pictures" in stderr
