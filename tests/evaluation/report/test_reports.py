"""Reports go to JSON and back, and appear whole."""

import json

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import errors
from tf_fingerprint.evaluation import Curve
from tf_fingerprint.evaluation import Figure
from tf_fingerprint.evaluation import Grid
from tf_fingerprint.evaluation.report import reports

FIGURE = Figure("share", 0.5, 0.4, 0.6, 100, 10)
CURVE = Curve(
    "jpeg", "quality", "share", [(90, FIGURE)], {"paper": [(90, 0.85)]}
)


def suite_report(folder, *items):
    return reports.SuiteReport.of(
        "accuracy", items, seconds=1.25, inputs="0" * 64, folder=folder
    )


def test_what_was_written_is_read_again(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 5, 3))
    grid = Grid("all", images.astype("uint8"), ("one", "two"), "a caption")
    written = suite_report(tmp_path, FIGURE, CURVE, grid)
    facts = {"form": reports.FORM, "made_at": "now"}
    content = facts | {"suites": [written.to_dict()]}
    path = tmp_path / "report.json"

    reports.write(path, reports.to_bytes(content))
    read_facts, [read] = reports.read_report(path)

    assert read_facts == facts
    assert read.to_dict() == written.to_dict()
    assert read.figures == (FIGURE,)
    assert read.curves == (CURVE,)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [
        "report.json"
    ]
    with Image.open(tmp_path / read.grids[0].file) as opened:
        sheet = np.asarray(opened)
    assert sheet.shape == (8, 15, 3)
    np.testing.assert_array_equal(sheet[4:, 5:10], images[1, 1])


def test_a_grey_grid_is_a_grey_picture(tmp_path):
    grid = Grid("grey", np.zeros((1, 2, 4, 4, 1), np.uint8), ("one",))

    [saved] = suite_report(tmp_path, grid).grids

    with Image.open(tmp_path / saved.file) as sheet:
        assert sheet.mode == "L"


def test_a_name_given_twice_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="Received twice: share"):
        suite_report(tmp_path, FIGURE, CURVE, FIGURE)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update(form="another"),
        lambda content: content.pop("suites"),
        lambda content: content["suites"][0].pop("inputs"),
        lambda content: content["suites"][0]["figures"][0].pop("low"),
        lambda content: content["suites"][0]["figures"][0].update(more=1),
        lambda content: content["suites"][0]["figures"][0].update(low=0.9),
    ],
)
def test_a_report_of_another_form_is_a_named_failure(change, tmp_path):
    content = {
        "form": reports.FORM,
        "suites": [suite_report(tmp_path, FIGURE).to_dict()],
    }
    path = tmp_path / "report.json"
    reports.write(path, reports.to_bytes(content))
    assert reports.read_report(path)
    change(content)
    path.write_text(json.dumps(content))

    with pytest.raises(errors.EvaluationError, match="can't be read"):
        reports.read_report(path)


def test_what_can_not_be_written_is_a_named_failure(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(errors.EvaluationError, match="can't be written"):
        reports.write(tmp_path / "file" / "report.json", b"")
