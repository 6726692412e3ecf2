"""Training and generating from the command line."""

import shutil

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import cli
from tf_fingerprint import methods
from tf_fingerprint.runs import directory as run_directory

from ..tiny_run import ROOT
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow


def test_passes_on_what_it_is_told(tmp_path, monkeypatch, capsys):
    def train(config, run_dir, **options):
        print("a progress bar")
        told.append((config.training.batch_size, run_dir, options))
        shutil.copytree(run_directory.SHIPPED, run_dir, dirs_exist_ok=True)
        return run_dir

    told = []
    monkeypatch.setattr(methods, "train", train)

    status = cli.main(
        ["train", str(ROOT / "configs" / "smoke.toml"), "--resume"]
        + ["--set", "training.batch_size=4", "--run-dir", str(tmp_path)]
        + ["--minutes", "1.5"]
    )

    [(batch_size, run_dir, options)] = told
    assert status == 0
    assert batch_size == 4
    assert run_dir == tmp_path
    assert options["resume"] is True
    assert options["minutes"] == 1.5
    stdout, stderr = capsys.readouterr()
    assert stdout == f"{tmp_path}\n"
    assert stderr.startswith("a progress bar\nReached: ")
    assert f"Next: tf-fingerprint issue {tmp_path} " in stderr


@pytest.mark.parametrize("minutes", ["0", "-1", "inf", "nan", "soon"])
def test_minutes_are_a_number_above_0(minutes, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(
            ["train", str(ROOT / "configs" / "smoke.toml")]
            + ["--run-dir", str(tmp_path), "--minutes", minutes]
        )

    assert stop.value.code == 2
    assert "a number of minutes above 0" in capsys.readouterr().err


def test_an_unknown_setting_is_a_named_failure(tmp_path, capsys):
    status = cli.main(
        ["train", str(ROOT / "configs" / "smoke.toml")]
        + ["--set", "training.batchsize=4", "--run-dir", str(tmp_path)]
    )

    assert status == 1
    assert "Did you mean `training.batch_size`" in capsys.readouterr().err


def test_writes_what_the_run_makes(tiny_run, tiny_run_dir, tmp_path):
    status = cli.main(
        ["generate", str(tiny_run_dir), "--num", "2", "--seed", "5"]
        + ["--fingerprint", "ff00ff00", "--to", str(tmp_path / "made")]
    )

    assert status == 0
    bits = np.repeat([1, 0, 1, 0], 8)
    expected = tiny_run.generate(2, fingerprints=bits, seed=5)
    with Image.open(tmp_path / "made" / "01.png") as picture:
        assert np.array_equal(np.asarray(picture), expected[1])


def test_a_fingerprint_of_another_length_is_a_usage_error(
    tiny_run_dir, tmp_path, capsys
):
    with pytest.raises(SystemExit) as exit_:
        cli.main(
            ["generate", str(tiny_run_dir), "--fingerprint", "ff"]
            + ["--to", str(tmp_path / "made")]
        )

    assert exit_.value.code == 2
    assert "must have 8 lower-case" in capsys.readouterr().err


def test_a_training_in_stages_that_is_out_of_time_says_so(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(methods, "train", lambda config, folder, **_: folder)

    status = cli.main(
        ["train", str(ROOT / "configs" / "smoke.toml")]
        + ["--run-dir", str(tmp_path), "--minutes", "1"]
    )

    assert status == 0
    assert "Not at its end. Next: the same command" in capsys.readouterr().err


def test_a_full_folder_is_a_named_failure(tiny_run_dir, tmp_path, capsys):
    (tmp_path / "file").touch()

    argv = ["generate", str(tiny_run_dir), "--to", str(tmp_path)]

    assert cli.main(argv) == 1
    assert "new or empty folder" in capsys.readouterr().err
