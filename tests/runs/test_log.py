"""The log of a training, read and drawn; and runs beside each other."""

import json

import pytest
from PIL import Image

from tf_fingerprint import cli
from tf_fingerprint import errors
from tf_fingerprint.runs import directory
from tf_fingerprint.runs import listing
from tf_fingerprint.runs import log

LINES = "epoch,images,loss,bit_accuracy\n1,100,2.5,\n2,200,1.5,0.75\n"


@pytest.fixture
def folder(tmp_path):
    """A training that has not ended."""
    config = (directory.SHIPPED / "config.toml").read_text("utf-8")
    for name in ("a", "b/stages/1_pictures"):
        path = tmp_path / name
        path.mkdir(parents=True)
        (path / "config.toml").write_text(config)
    (tmp_path / "a" / log.METRICS).write_text(LINES)
    return tmp_path


def test_what_is_missing_in_a_line_is_left_out(folder):
    first, second = log.read(folder / "a")

    assert first == {"epoch": 1, "images": 100, "loss": 2.5}
    assert second["bit_accuracy"] == 0.75
    assert log.read(folder) == []


def test_every_figure_is_drawn(folder):
    path = log.draw(folder / "a")

    with Image.open(path) as image:
        pixels = image.convert("L")
    assert path.name == "metrics.png"
    # Lines in both halves: one panel a figure.
    half = pixels.width // 2
    for box in ((0, 0, half, pixels.height), (half, 0, *pixels.size)):
        assert pixels.crop(box).getextrema()[0] < 128
    assert log.draw(folder / "b") is None


def test_runs_are_listed_with_how_far_they_are(folder):
    first, second = listing.found(folder)

    assert first["run"].endswith("/a")
    assert (first["images"], first["bit_accuracy"]) == (200, 0.75)
    assert first["of_images"] > 200 and not first["finished"]
    assert second["run"].endswith("/1_pictures") and second["images"] is None


def test_the_command_lists_them_and_names_what_is_none(folder, capsys):
    (folder / "b" / "config.toml").write_text("method = 3")

    status = cli.main(["runs", "list", str(folder), "--format", "json"])

    told = capsys.readouterr()
    rows = [json.loads(line) for line in told.out.splitlines()]
    assert status == 1
    assert [row["method"] for row in rows] == ["scalable", "scalable"]
    assert f"{folder / 'b'}: can't be read as a run" in told.err


def test_a_folder_must_be_there(tmp_path):
    with pytest.raises(errors.RunError, match="must be a folder with runs"):
        list(listing.found(tmp_path / "nowhere"))
