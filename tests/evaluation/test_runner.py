"""Evaluations from a run to a report, resumed, and refused in time."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tf_fingerprint import errors
from tf_fingerprint import evaluation
from tf_fingerprint.evaluation import runner
from tf_fingerprint.evaluation.report import reports
from tf_fingerprint.evaluation.suites import attribution as attribution_suite
from tf_fingerprint.evaluation.suites import names as suites

from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir
from .weights import save_tiny_weights

OPTIONS = evaluation.Options(pictures=40, max_false_positive_rate=0.01)


def evaluate(run, folder, *names, **options):
    """Returns what was told, line by line."""
    told = []
    sources = options.pop("sources", ())
    runner.evaluate(
        run,
        names or ("attribution",),
        folder,
        sources=sources,
        options=dataclasses.replace(OPTIONS, **options),
        tell=told.append,
    )
    return told


def was_measured(told):
    return "attribution: begins" in told


@pytest.fixture(autouse=True)
def few_copies(monkeypatch):
    monkeypatch.setattr(attribution_suite, "COPIES", (1, 10))


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    return str(save_tiny_weights(tmp_path_factory.mktemp("weights")))


@pytest.mark.slow
def test_a_report_is_written_and_what_was_finished_is_kept(
    tiny_run, tmp_path, features
):
    folder = tmp_path / "report"
    names = ("attribution", "fidelity")
    options = {"features": features, "sources": ["procedural:40"]}

    told = evaluate(tiny_run, folder, *names, **options)
    facts, [attribution, fidelity] = reports.read_report(folder / "report.json")

    assert told[0] == "attribution: begins"
    assert facts["run"]["digest"] == tiny_run.generator_digest
    assert facts["photographs"]["count"] == 40
    assert facts["options"]["pictures"] == 40
    assert (attribution.suite, fidelity.suite) == names
    page = (folder / "report.html").read_text("utf-8")
    for figure in (*attribution.figures, *fidelity.figures):
        assert f"<td>{figure.name.replace('_', ' ')}</td>" in page

    # A stop in the middle: the first is there, the second is not.
    (folder / "suites" / "fidelity.json").unlink()
    (folder / "report.json").unlink()
    told = evaluate(tiny_run, folder, *names, **options)

    assert told[0].startswith("attribution: taken from")
    assert told[1] == "fidelity: begins"
    _, [again, _] = reports.read_report(folder / "report.json")
    assert again == attribution

    (folder / fidelity.grids[0].file).unlink()
    told = evaluate(tiny_run, folder, "fidelity", **options)
    assert "fidelity: begins" in told


@pytest.mark.slow
def test_other_options_photographs_or_weights_are_measured_anew(
    tiny_run, tmp_path, features
):
    assert was_measured(evaluate(tiny_run, tmp_path, features=features))
    assert not was_measured(evaluate(tiny_run, tmp_path, features=features))
    # The file may lie elsewhere, and bars are nobody's business.
    elsewhere = tmp_path / "grids" / "elsewhere.npz"
    elsewhere.parent.mkdir(exist_ok=True)
    shutil.copy(features, elsewhere)
    assert not was_measured(
        evaluate(tiny_run, tmp_path, features=str(elsewhere))
    )
    with elsewhere.open("ab") as file:
        file.write(b" ")
    for options in (
        {"features": str(elsewhere)},
        {"features": str(elsewhere), "seed": 1},
        {"features": str(elsewhere), "sources": ["procedural:8"]},
    ):
        assert was_measured(evaluate(tiny_run, tmp_path, **options))
        assert not was_measured(evaluate(tiny_run, tmp_path, **options))


def test_another_run_is_measured_anew(tiny_run):
    digests = {
        runner._inputs("accuracy", digest, OPTIONS)
        for digest in (evaluation.of_run(tiny_run).digest, "another")
    }

    assert len(digests) == 2


def test_a_result_that_is_spoiled_is_a_named_failure(tiny_run, tmp_path):
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "attribution.json").write_text("{}")

    with pytest.raises(errors.EvaluationError, match="Remove it"):
        evaluate(tiny_run, tmp_path)


def test_nothing_is_measured_if_a_later_suite_can_not_be(
    tiny_run, tmp_path, features
):
    with pytest.raises(errors.EvaluationError, match="as many photographs"):
        evaluate(
            tiny_run,
            tmp_path,
            *("attribution", "fidelity"),
            features=features,
            sources=["procedural:39"],
        )

    assert not list(tmp_path.iterdir())


def test_small_photographs_are_not_enlarged(tiny_run, tmp_path):
    Image.fromarray(np.zeros((15, 20, 3), np.uint8)).save(tmp_path / "a.png")

    with pytest.raises(errors.DataError, match=r"20 x 15 in a\.png"):
        evaluate(tiny_run, tmp_path / "report", sources=[tmp_path])

    assert not (tmp_path / "report").exists()


def test_other_things_in_the_folder_are_left_alone(tiny_run, tmp_path):
    (tmp_path / "thesis.txt").write_text("x")

    with pytest.raises(errors.EvaluationError, match="something else"):
        evaluate(tiny_run, tmp_path)


def test_an_unknown_suite_is_an_error(tiny_run, tmp_path):
    with pytest.raises(ValueError, match="Received fame"):
        evaluate(tiny_run, tmp_path, "fame")


@pytest.mark.parametrize("name", suites.SUITES)
def test_every_suite_has_its_two_functions(name):
    module = suites.SUITES[name]()

    assert callable(module.check)
    assert callable(module.suite)


def test_figures_become_curves_of_tensorboard(tmp_path):
    figure = evaluation.Figure("bits", 0.75, 0.7, 0.8, 10, 10)
    report = reports.SuiteReport.of(
        *("accuracy", [figure]), seconds=0, inputs="", folder=tmp_path
    )

    runner.write_scalars([report], tmp_path / "logs", step=500)

    [path] = (tmp_path / "logs").iterdir()
    points = {
        value.tag: (event.step, float(tf.make_ndarray(value.tensor)))
        for event in tf.compat.v1.train.summary_iterator(str(path))
        for value in event.summary.value
    }
    assert points["evaluation/accuracy/bits"] == (500, 0.75)
    assert points["evaluation/accuracy/bits_low"][1] == pytest.approx(0.7)
    assert len(points) == 3


def test_a_report_says_what_its_json_says(tiny_run, tmp_path):
    evaluate(tiny_run, tmp_path)

    content = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert set(content) == {
        *("form", "made_at", "run", "photographs", "options", "versions"),
        "suites",
    }
