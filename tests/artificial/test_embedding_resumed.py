"""Sets whose writing is killed, and gone on with."""

import os
import pathlib
import signal
import subprocess
import sys

import pytest

from tf_fingerprint import errors
from tf_fingerprint.artificial import marking
from tf_fingerprint.artificial.marked_sets import embedding
from tf_fingerprint.artificial.marked_sets import journal as journals
from tf_fingerprint.artificial.marked_sets import picture_files
from tf_fingerprint.artificial.marked_sets import places

from . import pixel_codec
from . import sets

pytestmark = pytest.mark.slow

ROOT = pathlib.Path(__file__).parents[2]
HEX = "0123456789abcdef"
MARKS = marking.Marking(64, HEX)
SOURCE = "procedural:20"

# Writes a set in lots of four, and kills itself at the n-th file operation.
SCRIPT = """
import os, pathlib, signal, sys
sys.path.insert(0, sys.argv[1])
from tests.artificial import pixel_codec
from tf_fingerprint.artificial import marking
from tf_fingerprint.artificial.marked_sets import embedding, picture_files

left = int(sys.argv[3])

def count(event, arguments):
    global left
    if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"):
        path = str(arguments[0])
        if path.startswith(sys.argv[2]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

def small(kind):
    return lambda *arguments: kind(*arguments, lot_size=4)

for name, kind in picture_files.KINDS.items():
    picture_files.KINDS[name] = small(kind)
sys.addaudithook(count)
embedding.embed(
    pixel_codec.PixelCodec(), "procedural:20", sys.argv[2],
    marking.Marking(64, "0123456789abcdef"), resume=True,
)
"""


@pytest.fixture
def small_lots(monkeypatch):
    for name, kind in picture_files.KINDS.items():
        monkeypatch.setitem(
            picture_files.KINDS,
            name,
            lambda *arguments, kind=kind: kind(*arguments, lot_size=4),
        )


class Killed(BaseException):
    """As SIGKILL would: nothing cleans up after it."""


def embed(folder, resume=True, run=None, marks=MARKS, **settings):
    run = run or pixel_codec.PixelCodec()
    return embedding.embed(
        run, SOURCE, folder, marks, resume=resume, **settings
    )


def without_time(folder):
    manifest = sets.manifest_of(folder)
    manifest["files"].sort(key=lambda file: file["name"])
    del manifest["made_at"]
    return manifest


@pytest.mark.parametrize("files", ["png", "tfrecord"])
def test_what_was_killed_anywhere_goes_on_to_the_same_end(
    files, small_lots, tmp_path, monkeypatch
):
    """Ends at each write of the journal, before and after it, in turn."""
    embed(tmp_path / "whole", files=files)
    whole = without_time(tmp_path / "whole")
    add = journals.Journal.add
    encoded = 0

    for number in range(10):
        left = [number // 2]

        def ending(journal, lot, left=left, number=number):
            if left[0] == 0 and number % 2 == 0:
                raise Killed
            add(journal, lot)
            if left[0] == 0:
                raise Killed
            left[0] -= 1

        monkeypatch.setattr(journals.Journal, "add", ending)
        here = tmp_path / f"killed-{number}"
        with pytest.raises(Killed):
            embed(here, files=files)
        assert sets.files_of(here)[0].startswith(".unfinished/")
        monkeypatch.setattr(journals.Journal, "add", add)
        run = pixel_codec.PixelCodec()
        embed(here, files=files, run=run)
        # What was recorded is not encoded again.
        assert run.encoded == 20 - 4 * ((number + 1) // 2)
        encoded += run.encoded
        assert without_time(here) == whole
        assert sets.contents(here) == sets.contents(tmp_path / "whole")
    assert encoded == 2 * (4 + 8 + 12 + 16) + 20


def killed_at(folder, operation):
    """Whether a process was killed at its n-th operation on files."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(ROOT), str(folder), str(operation)],
        cwd=ROOT,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2"},
    )
    try:
        status = process.wait()
    finally:
        process.kill()
        process.wait()
    assert status in (0, -signal.SIGKILL)
    return status != 0


@pytest.mark.slow
def test_a_process_that_is_killed_in_the_midst_of_a_lot_can_go_on(
    small_lots, tmp_path
):
    embed(tmp_path / "whole")

    here = tmp_path / "killed"
    assert killed_at(here, 21)
    assert 0 < len(list(journals.Journal(here / ".unfinished").lots())) < 5
    assert not (here / "manifest.json").exists()
    embed(here)

    assert without_time(here) == without_time(tmp_path / "whole")
    assert sets.contents(here) == sets.contents(tmp_path / "whole")


@pytest.mark.parametrize("done", ["nothing", "pictures", "all"])
def test_a_kill_while_the_set_appears_is_made_good(
    done, small_lots, tmp_path, monkeypatch
):
    here, run = tmp_path / "set", pixel_codec.PixelCodec()

    def ending(folder):
        unfinished = folder / places.UNFINISHED
        if done != "nothing":
            (unfinished / "pictures").rename(folder / "pictures")
        if done == "all":
            (unfinished / "manifest.json").rename(folder / "manifest.json")
        raise Killed

    appear = places.appear
    monkeypatch.setattr(places, "appear", ending)
    with pytest.raises(Killed):
        embed(here)
    monkeypatch.setattr(places, "appear", appear)
    with pytest.raises(errors.RunError, match="new or empty folder"):
        embed(here, resume=False)
    head = embed(here, run=run)

    assert run.encoded == 0
    assert head["pictures"] == len(sets.contents(here)) == 20
    assert sets.files_of(here)[0] == "manifest.json"


def test_the_manifest_appears_last(small_lots, tmp_path, monkeypatch):
    here, renamed = tmp_path / "set", []
    rename = pathlib.Path.rename

    def once(path, target):
        if renamed:
            raise Killed
        renamed.append(target.name)
        return rename(path, target)

    monkeypatch.setattr(pathlib.Path, "rename", once)
    with pytest.raises(Killed):
        embed(here)
    monkeypatch.setattr(pathlib.Path, "rename", rename)

    assert renamed == ["pictures"]
    assert not (here / "manifest.json").exists()
    assert embed(here)["pictures"] == 20


def test_what_is_finished_is_only_told_again(small_lots, tmp_path):
    head = embed(tmp_path / "set")
    run = pixel_codec.PixelCodec()

    assert embed(tmp_path / "set", run=run) == head
    assert run.encoded == 0


def test_files_that_were_changed_meanwhile_are_written_again(
    small_lots, tmp_path, monkeypatch
):
    here = tmp_path / "set"
    monkeypatch.setattr(
        embedding._Job, "checked", lambda job: (_ for _ in ()).throw(Killed)
    )
    with pytest.raises(Killed):
        embed(here)
    monkeypatch.undo()
    monkeypatch.setitem(
        picture_files.KINDS,
        "png",
        lambda *arguments: picture_files.PngFolder(*arguments, lot_size=4),
    )
    pictures = here / ".unfinished" / "pictures"
    (pictures / "procedural[5].png").write_bytes(b"torn")
    (pictures / "procedural[17].png").unlink()
    run = pixel_codec.PixelCodec()

    embed(here, run=run)

    assert run.encoded == 8
    embed(tmp_path / "whole")
    assert sets.contents(here) == sets.contents(tmp_path / "whole")


def test_what_was_begun_needs_the_word_and_the_same_settings(
    small_lots, tmp_path, monkeypatch
):
    here = tmp_path / "set"
    poor = pixel_codec.PixelCodec(skill=0.5)
    with pytest.raises(errors.RunError, match="first pictures"):
        embed(here, run=poor)

    with pytest.raises(errors.RunError, match="begun there.*--resume"):
        embed(here, resume=False)
    other = marking.Marking(64, HEX[::-1])
    with pytest.raises(errors.RunError, match="Different: fingerprint_scrypt"):
        embed(here, marks=other)
    with pytest.raises(errors.RunError, match="Different: files"):
        embed(here, files="tfrecord")
    monkeypatch.setattr(pixel_codec.PixelCodec, "encoder_digest", "f" * 64)
    with pytest.raises(errors.RunError, match="Different: encoder_digest"):
        embed(here)
