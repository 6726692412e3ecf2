"""Names of files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_fingerprint import errors
from tf_fingerprint.artificial.marked_sets import naming

pytestmark = pytest.mark.slow


def named(*names):
    file_name = naming.file_names(names)
    return [file_name(name) for name in names]


def test_the_extension_is_replaced():
    assert named("a.jpg", "b/c.JPEG", "d.tar.webp") == [
        *("a.png", "b/c.png", "d.tar.png")
    ]


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (("a.jpg", "a.png"), ["a.jpg.png", "a.png"]),
        (("a.bmp", "a.jpg"), ["a.bmp.png", "a.jpg.png"]),
        (("A.png", "a.png"), ["A.png", "a.png.png"]),
        (
            ("a.jpg", "a.jpg.png", "a.png"),
            ["a.jpg-2.png", "a.jpg.png", "a.png"],
        ),
        (("a.jpg", "a.png/b.jpg"), ["a.jpg.png", "a.png/b.png"]),
        # The same letter, written as one sign and as two.
        (
            ("\u00e9.jpg", "e\u0301.jpg"),
            ["\u00e9.jpg.png", "e\u0301.jpg-2.png"],
        ),
    ],
)
def test_pictures_that_would_share_a_file_each_get_their_own(names, files):
    assert named(*names) == files


@given(
    st.lists(
        st.from_regex(
            r"([abA]/)?[abA](\.jpg|\.png|\.bmp){1,3}", fullmatch=True
        ),
        unique=True,
    )
)
def test_no_two_pictures_share_a_file_whatever_they_are_called(names):
    files = [file.casefold() for file in named(*names)]
    folders = {
        file.rsplit("/", 1)[0].casefold() for file in files if "/" in file
    }

    assert len(set(files)) == len(names)
    assert not folders & set(files)
    assert all(file.endswith(".png") for file in files)


def test_names_that_are_places_just_get_the_extension():
    assert naming.file_names(None)("train[7]") == "train[7].png"


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/a.jpg", "b/../../a.jpg"])
def test_a_name_that_leads_out_of_the_folder_is_refused(name):
    with pytest.raises(errors.DataError, match="leads out"):
        naming.file_names(["fine.jpg", name])
