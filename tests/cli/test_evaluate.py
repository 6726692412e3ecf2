"""The command `evaluate`."""

import json
import shutil

import pytest

from tf_fingerprint import cli
from tf_fingerprint.evaluation.suites import attribution as attribution_suite

from ..evaluation.weights import save_tiny_weights
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir


def evaluate(run, folder, *more):
    return cli.main(
        ["evaluate", str(run), "--to", str(folder), "--format", "json"]
        + ["--max-false-positive-rate", "0.01", *map(str, more)]
    )


@pytest.mark.slow
def test_figures_are_printed_and_a_report_is_written(
    tiny_run_dir, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(attribution_suite, "COPIES", (1, 10))

    status = evaluate(
        *(tiny_run_dir, tmp_path / "report", "--pictures", 40),
        *("--suite", "attribution,fidelity", "--images", "procedural:40"),
        *("--features", save_tiny_weights(tmp_path)),
        *("--tensorboard", tmp_path / "logs"),
    )

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == 0
    assert {row["suite"] for row in rows} == {"attribution", "fidelity"}
    for row in rows:
        assert row["low"] <= row["value"] <= row["high"]
        assert row["pictures"] > 0
    assert (tmp_path / "report" / "report.html").is_file()
    assert list((tmp_path / "logs").iterdir())


def test_a_run_without_decoder_is_a_named_failure(
    tiny_run_dir, tmp_path, capsys
):
    run = shutil.copytree(tiny_run_dir, tmp_path / "run")
    (run / "decoder.keras").unlink()

    assert evaluate(run, tmp_path / "report") == 1
    assert "Missing: decoder.keras" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_too_few_photographs_are_a_named_failure(
    tiny_run_dir, tmp_path, capsys
):
    status = evaluate(
        *(tiny_run_dir, tmp_path / "report", "--pictures", 40),
        *("--suite", "fidelity", "--images", "procedural:20"),
        *("--features", save_tiny_weights(tmp_path)),
    )

    assert status == 1
    assert "as many photographs as pictures, 40" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("suite", ["fame", "", "accuracy,,fidelity"])
def test_an_unknown_suite_is_a_usage_error(suite, tmp_path, capsys):
    with pytest.raises(SystemExit) as exit_:
        evaluate("run", tmp_path, "--suite", suite)

    assert exit_.value.code == 2
    assert "must be of accuracy, fidelity" in capsys.readouterr().err
