"""What the first bytes of a file say, and hostile files."""

import resource

import numpy as np
import pytest

from export.servables import images
from tf_fingerprint import data
from tf_fingerprint import errors

from .. import picture_files as files
from ..picture_reading import SIDE
from ..picture_reading import make_reader
from ..picture_reading import same_as_training

pytestmark = pytest.mark.slow

PNG = files.encoded(files.noise())
JPEG = files.encoded(files.noise(), "JPEG")


@pytest.fixture(autouse=True)
def seeded():
    """No seed: setting one makes TensorFlow prepare each graph once more."""


@pytest.fixture(scope="module")
def read():
    return make_reader(channels=3)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(read, orientation, order):
    # Cut off-centre unless it is turned before.
    levels = files.noise(21, 24)
    block = files.tiff(orientation, order, before=3)
    jpeg = files.encoded(levels, "JPEG", quality=95)

    same_as_training(read, files.encoded(levels, exif=block))
    same_as_training(
        read,
        files.with_segments(
            jpeg,
            (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
            (0xE1, b"Exif\0\0" + block),
        ),
    )


@pytest.mark.parametrize(
    "content",
    [
        PNG[:8],
        PNG[:33],
        PNG[:-40],
        PNG[:200] + b"\xff" + PNG[201:],
        files.png_header(0, 5) + PNG[33:],
        files.png_header(5, 0) + PNG[33:],
        files.png_header(16, 16, depth=7) + PNG[33:],
        files.PNG_START + files.chunk(b"IDAT", bytes(30)) + PNG[33:],
        JPEG[:3],
        JPEG[:20],
        JPEG[: len(JPEG) // 2],
        JPEG[:2] + b"\xff\xff" * 4000,
        b"\xff\xd8\xff" + b"\xe1\xff\xff" * 10,
        files.png_header(3, 3) + b"\xff\xff\xff\xffzzzz" * 9,
    ],
)
def test_broken_files_are_bad_images(read, content):
    with pytest.raises(errors.DataError):
        data.read_image(content, resolution=SIDE)

    pixels, status = read(content)

    assert status == [images.BAD_IMAGE]
    assert not pixels.any()


@pytest.mark.parametrize("content", [b"", b"no picture", b"\0" * 5000])
def test_what_is_no_picture_is_of_no_format(read, content):
    assert read(content)[1] == [images.UNSUPPORTED_FORMAT]


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"II*\0",
        b"XX*\0" + bytes(20),
        b"II*\0\xff\xff\xff\xff" + bytes(20),
        b"MM\0*\0\0\0\x08\xff\xff" + bytes(20),
        files.tiff(0),
        files.tiff(9),
        files.tiff(6, tag=0x0113),
    ],
)
def test_an_exif_block_without_sense_turns_nothing(read, block):
    content = files.with_segments(JPEG, (0xE1, b"Exif\0\0" + block))

    [pixels], [status] = read(content)

    assert status == images.OK
    np.testing.assert_array_equal(
        pixels, data.read_image(JPEG, resolution=SIDE)
    )


@pytest.mark.parametrize(
    ("width", "height"),
    [
        (60000, 60000),
        (2**31 - 1, 2**31 - 1),
        (2**32 - 1, 2**32 - 1),
        (2**32 - 1, 1),
        (4097, 4096),
    ],
)
def test_a_header_that_claims_too_much_is_enough_to_be_refused(
    read, width, height
):
    content = files.png_header(width, height) + PNG[33:]

    assert read(content)[1] == [images.TOO_LARGE]


def test_too_large_a_jpeg_is_refused():
    content = files.encoded(files.noise(20, 30), "JPEG")

    assert make_reader(channels=3, max_pixels=599)(content)[1] == ["too_large"]
    assert make_reader(channels=3, max_pixels=600)(content)[1] == ["ok"]


def test_too_long_a_file_is_refused():
    reader = make_reader(channels=3, max_bytes=len(PNG))

    assert reader(PNG, PNG + b"\0")[1] == ["ok", "too_large"]


def test_a_bomb_is_refused_without_being_unpacked(read):
    content = files.bomb()
    assert 200_000 < len(content) < 300_000
    read(PNG)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    status = read(content, PNG)[1]

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert status == [images.TOO_LARGE, images.OK]
    assert grown < 50_000  # In kB; unpacked it has 268 MB.


def test_a_bad_row_changes_no_other(read):
    contents = [
        PNG,
        b"",
        JPEG,
        JPEG[:99],
        files.png_header(60000, 60000),
        files.encoded(files.noise(40, 50), "GIF"),
        files.encoded(files.noise(40, 50)),
    ]

    pixels, status = read(*contents)

    assert status == [
        "ok",
        "unsupported_format",
        "ok",
        "bad_image",
        "too_large",
        "unsupported_format",
        "ok",
    ]
    for content, row, its_status in zip(contents, pixels, status, strict=True):
        [alone], _ = read(content)
        np.testing.assert_array_equal(row, alone)
        assert row.any() == (its_status == "ok")


def test_no_files_are_no_pictures(read):
    pixels, status = read()

    assert pixels.shape == (0, SIDE, SIDE, 3)
    assert status == []
