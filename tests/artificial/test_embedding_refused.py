"""Sets that are refused, or that finish nothing."""

import zipfile

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.artificial import marking
from tf_fingerprint.artificial.marked_sets import embedding
from tf_fingerprint.artificial.marked_sets import picture_files

from . import pixel_codec
from . import sets

HEX = "0123456789abcdef"
MARKS = marking.Marking(64, HEX)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A folder of pictures; shared, so don't change it."""
    names = ["a.jpg", "cats/deep/c.png"]
    return sets.save_pictures(tmp_path_factory.mktemp("source"), names)


@pytest.fixture
def run():
    return pixel_codec.PixelCodec()


def test_broken_pictures_are_left_out_and_named(run, tmp_path):
    source = sets.save_pictures(tmp_path / "source", ["a.png", "c.png"])
    (source / "b.png").write_bytes(b"no picture")

    with pytest.raises(errors.DataError, match="may be broken.*b.png"):
        embedding.embed(run, source, tmp_path / "one", MARKS)
    head = embedding.embed(
        run, source, tmp_path / "two", MARKS, max_broken_share=0.5
    )

    assert not (tmp_path / "one" / "pictures").exists()
    assert sorted(sets.contents(tmp_path / "two")) == ["a.png", "c.png"]
    [(name, reason)] = head["broken"]
    assert name == "b.png"
    assert "can't be read as a picture" in reason


@pytest.mark.slow
@pytest.mark.parametrize("files", ["png", "tfrecord"])
def test_a_codec_that_can_t_be_read_finishes_nothing(tmp_path, files):
    poor = pixel_codec.PixelCodec(skill=0.8)
    here = tmp_path / "set"

    with pytest.raises(
        errors.RunError, match="first pictures: at least 95.00%"
    ):
        embedding.embed(poor, "procedural:300", here, MARKS, files=files)

    assert poor.encoded <= 512  # The first lot told.
    assert not (here / "manifest.json").exists()
    assert not (here / "pictures").exists()
    with pytest.raises(errors.DataError, match="contain pictures"):
        data.load(here, resolution=32)
    head = embedding.embed(
        *(poor, "procedural:300", here, MARKS),
        files=files,
        resume=True,
        min_bit_accuracy=0.7,
    )
    assert 0.8 < head["bit_accuracy"] < 0.95


class Tiring(pixel_codec.PixelCodec):
    """Marks its first pictures well, later ones badly."""

    def encode(self, images, fingerprints, batch_size=64, strength=1.0):
        self.skill = 0.5 if self.encoded else 1.0
        return super().encode(images, fingerprints, batch_size, strength)


@pytest.mark.slow
def test_a_good_beginning_is_not_enough(tmp_path):
    here = tmp_path / "set"

    with pytest.raises(errors.RunError, match=r"set: at least 95.00% .* 600"):
        embedding.embed(Tiring(), "procedural:600", here, MARKS)

    assert not (here / "manifest.json").exists()
    assert not (here / "pictures").exists()


def test_what_was_written_is_what_is_checked(source, run, tmp_path):
    """Files that were changed after they were written are found out."""
    decode = run.decode

    def spoiling(images, batch_size=64):
        # Called once after the first lot; the files are spoiled then.
        for path in (tmp_path / "set" / ".unfinished").rglob("c.png"):
            Image.fromarray(np.zeros((32, 32, 3), np.uint8)).save(path)
        return decode(images)

    run.decode = spoiling
    with pytest.raises(errors.RunError, match="as they were written"):
        embedding.embed(run, source, tmp_path / "set", MARKS)
    assert not (tmp_path / "set" / "manifest.json").exists()
    run.decode = decode
    head = embedding.embed(run, source, tmp_path / "set", MARKS, resume=True)
    assert head["bit_accuracy"] == 1


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        (marking.Marking(64, HEX, only="horses"), "none to be in horses"),
        (marking.Marking(64, HEX, share=1e-9), "none to be"),
    ],
)
def test_a_set_without_marked_pictures_is_refused(
    marks, message, source, run, tmp_path
):
    with pytest.raises(errors.DataError, match=message):
        embedding.embed(run, source, tmp_path / "set", marks)
    assert not (tmp_path / "set").exists()


def test_only_needs_folders(run, tmp_path):
    marks = marking.Marking(64, HEX, only="cats")

    with pytest.raises(errors.DataError, match="sub-folders"):
        embedding.embed(run, "procedural:4", tmp_path / "set", marks)


def test_a_folder_with_something_in_it_is_refused(source, run, tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "notes.txt").touch()

    for resume in (False, True):
        with pytest.raises(errors.RunError, match="something already"):
            embedding.embed(run, source, tmp_path / "set", MARKS, resume=resume)
    with pytest.raises(errors.DataError, match="outside of its source"):
        embedding.embed(run, source, source / "set", MARKS)


def test_an_archive_that_leads_out_of_the_folder_is_refused(
    source, run, tmp_path
):
    with zipfile.ZipFile(tmp_path / "slip.zip", "w") as archive:
        content = (source / "a.jpg").read_bytes()
        archive.writestr(zipfile.ZipInfo("/etc/a.jpg"), content)

    for files in ("png", "tfrecord"):
        with pytest.raises(errors.DataError, match="leads out"):
            embedding.embed(
                *(run, tmp_path / "slip.zip", tmp_path / "set", MARKS),
                files=files,
            )
    assert not (tmp_path / "set").exists()


def test_a_place_that_can_t_be_written_is_a_named_error(
    source, run, tmp_path, monkeypatch
):
    """As on a full disk; what was written before counts afterwards."""
    write = picture_files.PngFolder.write

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(picture_files.PngFolder, "write", full)
    with pytest.raises(errors.RunError, match="No space left.*--resume"):
        embedding.embed(run, source, tmp_path / "set", MARKS)
    monkeypatch.setattr(picture_files.PngFolder, "write", write)
    head = embedding.embed(run, source, tmp_path / "set", MARKS, resume=True)
    assert head["pictures"] == 2

    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "set"):
        with pytest.raises(errors.RunError, match="new or empty folder"):
            embedding.embed(run, source, place, MARKS)


def test_wrong_arguments_are_told(source, run, tmp_path):
    with pytest.raises(ValueError, match="`files` must be one of"):
        embedding.embed(run, source, tmp_path, MARKS, files="jpeg")
    with pytest.raises(ValueError, match="must have 64 bits"):
        embedding.embed(run, source, tmp_path, marking.Marking(32))
