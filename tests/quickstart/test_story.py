"""The quickstart, on weights that were never trained."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from export.bundles import verification
from tf_fingerprint import errors
from tf_fingerprint import quickstart
from tf_fingerprint import registry
from tf_fingerprint.quickstart import story
from tf_fingerprint.scalable import run as scalable_run

from ..tiny_run import tiny_run_dir as tiny_run_dir
from ..tiny_run import write_run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shown(tiny_run_dir, tmp_path_factory):
    """A quickstart's folder and what it returned."""
    folder = tmp_path_factory.mktemp("shown") / "quickstart"
    return folder, quickstart.quickstart(folder, run=tiny_run_dir)


def test_every_picture_gets_a_verdict(shown):
    _, summary = shown

    assert summary["recipients"] == list(quickstart.RECIPIENTS)
    for name in ("png", "jpeg90"):
        result = summary[name]
        verdicts = result["right"] + result["wrong"] + result["nobody"]
        assert verdicts == 3 * 64
        assert 0 < result["bit_accuracy"] < 1
    assert summary["photograph"]["recipient"] is None
    assert 0 < summary["photograph"]["p_value"] <= 1


def test_the_files_are_what_they_are_said_to_be(shown):
    folder, summary = shown

    assert json.loads((folder / "quickstart.json").read_text()) == summary
    for recipient in ("alder-films", "birch-games", "cedar-news"):
        delivered = folder / "recipients" / recipient
        made = folder / "pictures" / recipient
        for name, kind in (("png", "PNG"), ("jpeg90", "JPEG")):
            pictures = sorted((made / name).iterdir())
            assert len(pictures) == 64
            with Image.open(pictures[0]) as picture:
                assert picture.format == kind
                assert picture.size == (16, 16)
        assert verification.verify(delivered).manifest["files"]


def test_the_registry_knows_three_finished_issuances(shown):
    folder, _ = shown

    with registry.open_store(folder / "registry.db") as store:
        records = store.issuances(state=registry.State.ISSUED)
        assert not registry.unfinished(store)
    assert [each.recipient for each in records] == list(quickstart.RECIPIENTS)


def test_nothing_else_is_left(shown):
    folder, _ = shown

    assert [path.name for path in folder.parent.iterdir()] == ["quickstart"]
    assert {path.name for path in folder.iterdir()} == {
        *("quickstart.json", "report.html", "registry.db"),
        *("registry.db.secret", "photograph.jpg", "recipients", "pictures"),
    }


def test_the_page_needs_nothing_beside_it(shown):
    folder, summary = shown

    page = (folder / "report.html").read_text()

    assert set(re.findall(r"(?:src|href)=\"([^,\"]*)", page)) == {
        "data:image/png;base64"
    }
    assert "http" not in page and "url(" not in page
    assert page.count("<img") == 3 * 8 + 3 * 8 + 1
    assert all(name in page for name in summary["recipients"])
    assert "Attributed to <strong>nobody</strong>" in page


def test_verdicts_are_counted_by_what_the_decoder_reads(
    tiny_run_dir, tmp_path, monkeypatch
):
    def decode(self, files):
        """Reads PNGs well; JPEGs as another's, as nothing, or well."""
        files = list(files) if isinstance(files, list) else [files]
        if files[0].name == "photograph.jpg":
            return np.zeros((1, 32))
        folder = files[0].parents[3]
        with registry.open_store(folder / "registry.db") as store:
            bits = {
                each.recipient.lower().replace(" ", "-"): each.bits
                for each in store.issuances()
            }
        own = bits.pop(files[0].parents[1].name)
        read = np.array([own] * len(files))
        if files[0].suffix == ".jpg":
            read[:10], read[10:30] = bits.popitem()[1], 0
        return read - 0.5

    monkeypatch.setattr(scalable_run.Run, "decode", decode)

    summary = quickstart.quickstart(tmp_path / "new", run=tiny_run_dir)

    assert summary["png"] == {
        **{"right": 192, "wrong": 0, "nobody": 0},
        "bit_accuracy": 1.0,
    }
    assert summary["jpeg90"]["right"] == 3 * 34
    assert summary["jpeg90"]["wrong"] == 3 * 10
    assert summary["jpeg90"]["nobody"] == 3 * 20


def test_an_earlier_quickstart_is_replaced(
    shown, tiny_run_dir, tmp_path, monkeypatch
):
    monkeypatch.setattr(story, "PICTURES_EACH", 8)
    folder = tmp_path / "quickstart"
    quickstart.quickstart(folder, run=tiny_run_dir)
    first = (folder / "registry.db").stat().st_ino

    quickstart.quickstart(folder, run=tiny_run_dir)

    assert (folder / "registry.db").stat().st_ino != first
    assert [path.name for path in tmp_path.iterdir()] == ["quickstart"]


def test_anything_else_is_left_alone(tiny_run_dir, tmp_path):
    (tmp_path / "quickstart.json").touch()
    (tmp_path / "thesis.tex").touch()

    with pytest.raises(errors.RunError, match="something else"):
        quickstart.quickstart(tmp_path, run=tiny_run_dir)
    assert (tmp_path / "thesis.tex").exists()


def test_a_failure_leaves_nothing_behind(tmp_path):
    with pytest.raises(errors.RunError, match="no such run directory"):
        quickstart.quickstart(tmp_path / "new", run=tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())


def test_too_few_bits_are_a_named_failure(tmp_path):
    run = write_run(tmp_path / "run", "networks.num_bits=8")

    with pytest.raises(errors.TooFewBitsError):
        quickstart.quickstart(tmp_path / "new", run=run)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
