"""Every file of what somebody found is read, or says why not."""

import os

import pytest

from tf_fingerprint import errors
from tf_fingerprint.data import found_files

from .. import found_pictures as found

PNG = found.saved(found.photograph(1))


def contents(*paths):
    """Contents by names; the error's text where there are none."""
    read = {}
    for file in found_files.found_files(paths):
        try:
            read[file.name] = file.read()
        except errors.DataError as error:
            read[file.name] = str(error)
    return read


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "found"
    (place / "within").mkdir(parents=True)
    (place / "without_ending").write_bytes(PNG)
    (place / "within" / "image.jpg?w=640").write_bytes(PNG)
    (place / "notes.txt").write_text("notes")
    (place / ".DS_Store").write_bytes(b"\0")
    return place


def test_a_folder_a_zip_and_a_list_give_the_same_files(folder, tmp_path):
    names = ["notes.txt", "within/image.jpg?w=640", "without_ending"]
    files = {name: (folder / name).read_bytes() for name in names}
    archive = found.zipped(
        files | {"__MACOSX/._a.png": b"\0"}, tmp_path / "found.zip"
    )

    of_folder = contents(folder)
    of_archive = contents(archive)
    of_list = contents(*[folder / name for name in names])

    assert list(of_folder) == [str(folder / name) for name in names]
    assert list(of_archive) == [f"{archive}/{name}" for name in names]
    assert of_folder == of_list
    assert list(of_folder.values()) == list(of_archive.values())


def test_a_link_back_is_followed_once(folder):
    os.symlink(folder, folder / "within" / "back", target_is_directory=True)

    assert len(contents(folder)) == 3


def test_a_linked_folder_is_searched(folder, tmp_path):
    place = tmp_path / "links"
    place.mkdir()
    os.symlink(folder, place / "there", target_is_directory=True)

    assert len(contents(place)) == 3


def test_what_is_no_file_is_named_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    os.symlink(tmp_path / "nowhere", tmp_path / "broken_link")

    told = contents(tmp_path)

    assert "It is no file" in told[str(tmp_path / "pipe")]
    assert "No such file" in told[str(tmp_path / "broken_link")]


def test_an_empty_folder_and_a_missing_file_say_so(tmp_path):
    told = contents(tmp_path, tmp_path / "missing.png")

    assert "It is empty" in told[str(tmp_path)]
    assert "No such file" in told[str(tmp_path / "missing.png")]


def test_a_file_that_is_too_long_is_refused_before_it_is_read(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(found_files, "MAX_BYTES", 100)
    (tmp_path / "long.png").write_bytes(bytes(101))
    archive = found.zipped({"long.png": bytes(101)}, tmp_path / "a.zip")

    for told in contents(tmp_path / "long.png", archive).values():
        assert "GiB are read" in told
