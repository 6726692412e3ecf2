import pytest

from tf_fingerprint import errors
from tf_fingerprint.passive import folders

from ..tiny_passive import write_sources


def test_labels_are_the_folders_names_in_sorted_order(tmp_path):
    write_sources(tmp_path, ("b", "a", "C", "10", "9"), count=1)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "about.txt").write_text("no picture")

    found = folders.find(tmp_path)

    assert found.labels == ("10", "9", "C", "a", "b")
    assert found.training == tuple(tmp_path / label for label in found.labels)
    assert found.test is None


def test_a_division_that_is_there_is_taken(tmp_path):
    for part in ("train", "test"):
        write_sources(tmp_path / part, ("real", "fake"), count=1)

    found = folders.find(tmp_path)

    assert found.labels == ("fake", "real")
    assert found.training[0] == tmp_path / "train" / "fake"
    assert found.test == (tmp_path / "test/fake", tmp_path / "test/real")


def test_a_source_can_be_left_out(tmp_path):
    write_sources(tmp_path, ("a", "b", "c"), count=1)

    assert folders.find(tmp_path, leave_out="b").labels == ("a", "c")
    with pytest.raises(errors.DataError, match="Received `d`; found a, b, c"):
        folders.find(tmp_path, leave_out="d")


@pytest.mark.parametrize("labels", [(), ("only",)])
def test_fewer_than_two_sources_are_refused(labels, tmp_path):
    write_sources(tmp_path, labels, count=1)

    with pytest.raises(errors.DataError, match=f"Found {len(labels)}: "):
        folders.find(tmp_path)


def test_an_empty_source_is_named(tmp_path):
    write_sources(tmp_path, ("a", "b"), count=1)
    (tmp_path / "c").mkdir()

    with pytest.raises(errors.DataError, match="/c: must contain pictures"):
        folders.find(tmp_path)


def test_pictures_outside_of_any_source_are_refused(tmp_path):
    write_sources(tmp_path, ("a", "b"), count=1)
    (tmp_path / "a" / "000.png").rename(tmp_path / "lost.png")

    with pytest.raises(errors.DataError, match="such as lost.png"):
        folders.find(tmp_path)


def test_half_of_a_division_is_refused(tmp_path):
    write_sources(tmp_path, ("train", "b"), count=1)

    with pytest.raises(errors.DataError, match="both `train` and `test`"):
        folders.find(tmp_path)


def test_a_division_of_different_sources_is_refused(tmp_path):
    write_sources(tmp_path / "train", ("a", "b"), count=1)
    write_sources(tmp_path / "test", ("a", "c"), count=1)

    with pytest.raises(errors.DataError, match="Only one of them has"):
        folders.find(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(errors.DataError, match="there is no such folder"):
        folders.find(tmp_path / "nowhere")
