"""Training, classifying and measuring from the command line."""

import csv
import io
import json
import shutil
import sys

import pytest

from tf_fingerprint import cli
from tf_fingerprint import methods
from tf_fingerprint.cli import passive_runs
from tf_fingerprint.passive import attacks

from ..tiny_passive import as_of_before
from ..tiny_passive import passive_dir as passive_dir
from ..tiny_passive import sources_dir as sources_dir
from ..tiny_passive import write_sources


@pytest.fixture
def run(capsys):
    """Runs a command; returns its exit code, stdout and stderr."""

    def run(*args):
        return cli.main([*map(str, args)]), *capsys.readouterr()

    return run


def test_attacks_can_be_chosen_without_importing_them():
    assert passive_runs.ATTACKS == (attacks.NONE, *attacks.NAMES)


@pytest.mark.slow
def test_every_image_has_an_opinion_in_order(run, passive_dir, sources_dir):
    status, stdout, stderr = run(
        *("attribute", sources_dir / "dark/003.png", sources_dir / "bright"),
        *("--run-dir", passive_dir, "--format", "json"),
    )

    rows = [json.loads(line) for line in stdout.splitlines()]
    assert (status, stderr) == (0, "")
    assert len(rows) == 41
    assert rows[0]["image"] == str(sources_dir / "dark" / "003.png")
    assert rows[0]["label"] == "dark"
    assert rows[0]["probability"] > 0.5
    assert rows[0]["unknown"] is False
    assert "`dark`" in rows[0]["sentence"]


def test_the_commands_of_before_say_the_same_and_what_replaces_them(
    run, passive_dir, sources_dir, tmp_path
):
    before = as_of_before(passive_dir, tmp_path / "run")
    options = ("--format", "json")
    _, opinions, _ = run("attribute", sources_dir, "--run", before, *options)
    _, measured, _ = run(
        *("evaluate", "--run-dir", passive_dir, "--attack", "blur", *options)
    )

    status, stdout, stderr = run(
        *("passive", "classify", sources_dir, "--run", before, *options)
    )
    assert (status, stdout) == (0, opinions)
    assert "now `tf-fingerprint attribute IMAGE... --run RUN`" in stderr
    status, stdout, stderr = run(
        *("passive", "evaluate", before, "--sources", sources_dir),
        *("--attack", "blur", *options),
    )
    assert (status, stdout) == (0, measured)
    assert "now `tf-fingerprint evaluate RUN --images SOURCES" in stderr
    assert len(stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("attribute", "x.png", "--run", "RUN", "--registry", "r.db"), "--reg"),
        (("attribute", "x.png", "--run", "RUN", "--combine"), "--combine"),
        (("attribute", "x.png", "--run", "RUN", "--box", "0,0,9,9"), "--box"),
        (("evaluate", "RUN", "--suite", "fidelity"), "--suite: it is for fing"),
        (("evaluate", "RUN", "--images", "a", "b"), "one folder of sources"),
        (("evaluate", "pretrained", "--attack", "blur"), "--attack: it is for"),
        (("evaluate",), "required: RUN"),
    ],
)
def test_options_of_the_other_kind_of_run_are_refused(
    argv, message, passive_dir, capsys
):
    with pytest.raises(SystemExit) as raised:
        cli.main([str(passive_dir) if each == "RUN" else each for each in argv])

    assert raised.value.code == 2
    assert message in capsys.readouterr().err


def test_what_needs_fingerprints_says_that_there_are_none(run, passive_dir):
    status, _, stderr = run("info", passive_dir)

    assert status == 1
    assert "must read fingerprints. It is of the method `passive`" in stderr


def test_an_unreadable_image_is_named_and_the_others_classified(
    run, passive_dir, sources_dir, tmp_path
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.png").write_bytes(b"no picture")

    status, stdout, stderr = run(
        *("attribute", tmp_path / "broken.png", tmp_path / "empty"),
        *(sources_dir / "dark" / "003.png", "--run", passive_dir),
    )

    assert status == 1
    assert "broken.png: can't be read" in stderr
    assert "empty: must hold files" in stderr
    assert len(stdout.splitlines()) == 2


def test_measuring_shows_what_each_source_is_taken_for(
    run, passive_dir, sources_dir
):
    argv = ("evaluate", passive_dir, "--images", sources_dir, "--format")

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
    def train(config, folder, **options):
        assert config.method == "passive"
        assert config.data.leave_out == "striped"
        assert config.data.source == str(sources_dir)
        assert options["resume"] is True
        assert options["minutes"] == 2.5
        return folder

    monkeypatch.setattr(methods, "train", train)

    status, stdout, stderr = run(
        *("passive", "train", sources_dir, "--run-dir", tmp_path / "run"),
        *("--config", passive_dir / "config.toml"),
        *("--set", "training.batch_size=16", "--resume", "--minutes", "2.5"),
    )

    assert (status, stdout) == (0, f"{tmp_path / 'run'}\n")
    assert 'data.source=SOURCES_DIR` with `method = "passive"`' in stderr


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("--set", "data.source=nowhere"), "no such folder"),
        (("--set", "data.source=ONE"), "must hold at least 2 sources"),
        ((), "`data.source` must be set to train"),
        (("--set", "a.b=1"), "unknown key"),
        (("--set", "data.source=TWO", "--resume"), "must be a run to go on wi"),
    ],
)
def test_what_is_wrong_is_one_line(argv, message, run, tmp_path):
    write_sources(tmp_path / "ONE", ("only",), count=1)
    write_sources(tmp_path / "TWO", ("one", "two"), count=1)
    (tmp_path / "of.toml").write_text('method = "passive"')
    argv = [
        each.replace("source=", f"source={tmp_path}/")
        if each.endswith(("ONE", "TWO"))
        else each
        for each in argv
    ]

    status, stdout, stderr = run(
        *("train", tmp_path / "of.toml", "--run-dir", tmp_path / "x", *argv)
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
        "passive", "train", tmp_path / "sources", "--run-dir", tmp_path / "run"
    )

    assert status == 1
    assert "dark: must contain pictures" in stderr
