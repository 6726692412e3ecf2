import resource

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from export import images
from tf_fingerprint import data
from tf_fingerprint import errors

from . import picture_files as files

SIDE = 16


@pytest.fixture(scope="module")
def read():
    """Reads files as a server does."""
    return _reader(channels=3)


@pytest.fixture(scope="module")
def read_grey():
    return _reader(channels=1)


def _reader(**options):
    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string)])
    def traced(contents):
        return images.read(contents, resolution=SIDE, **options)

    def call(*contents):
        pixels, status = traced(tf.constant(contents, tf.string))
        return pixels.numpy(), [each.decode() for each in status.numpy()]

    return call


def same_as_training(read, content, channels=3):
    """Checks that the graph reads a file as `data.read_image` does."""
    [pixels], [status] = read(content)

    assert status == images.OK
    expected = data.read_image(content, resolution=SIDE, channels=channels)
    np.testing.assert_array_equal(pixels, expected)
    assert np.ptp(expected) > 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
@pytest.mark.parametrize(
    ("height", "width"),
    [(16, 16), (32, 32), (48, 96), (40, 41), (5, 9), (97, 97), (333, 200)],
)
def test_pictures_of_every_mode_and_size_are_those_of_training(
    read, read_grey, mode, height, width
):
    levels = files.noise(height, width, 4)
    content = files.encoded(Image.fromarray(levels).convert(mode))

    same_as_training(read, content)
    same_as_training(read_grey, content, channels=1)


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("side", [16, 45])
def test_jpeg_is_decoded_to_the_same_bits(read, subsampling, progressive, side):
    content = files.encoded(
        files.noise(side, side),
        "JPEG",
        quality=80,
        subsampling=subsampling,
        progressive=progressive,
    )

    same_as_training(read, content)


def test_grey_jpeg_is_read(read, read_grey):
    content = files.encoded(files.noise(40, 30, 0), "JPEG")

    same_as_training(read, content)
    same_as_training(read_grey, content, channels=1)


def test_jpeg_without_colour_transform_is_read(read):
    same_as_training(read, files.encoded(files.noise(), "JPEG", keep_rgb=True))


def test_cmyk_jpeg_differs_by_one_level_at_most(read):
    picture = Image.fromarray(files.noise(16, 16, 4), "CMYK")
    content = files.encoded(picture, "JPEG", quality=95)

    [pixels], [status] = read(content)

    assert status == images.OK
    expected = data.read_image(content, resolution=SIDE).astype(int)
    assert np.abs(pixels - expected).max() <= 1


@pytest.mark.parametrize(
    ("depth", "color"),
    [
        (1, files.GREY),
        (2, files.GREY),
        (4, files.GREY),
        (16, files.GREY),
        (16, files.RGB),
        (16, files.GREY_ALPHA),
        (16, files.RGBA),
    ],
)
@pytest.mark.parametrize("interlaced", [False, True])
def test_png_of_every_depth_is_read(read, depth, color, interlaced):
    random = np.random.default_rng(0)
    shape = (SIDE, SIDE, files.SAMPLES[color])
    levels = random.integers(0, 2**depth, shape)

    content = files.png(levels, depth, color, interlaced=interlaced)

    same_as_training(read, content)


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
@pytest.mark.parametrize("transparency", [b"", bytes([0, 128])])
def test_palettes_of_every_depth_are_read(read, depth, transparency):
    colors = files.noise(1, 2**depth).tobytes()
    parts = files.chunk(b"PLTE", colors)
    if transparency:
        parts += files.chunk(b"tRNS", transparency)
    places = np.random.default_rng(0).integers(0, 2**depth, (SIDE, SIDE, 1))

    same_as_training(read, files.png(places, depth, files.PALETTE, parts=parts))


def test_a_transparent_level_is_laid_over_white(read):
    grey = files.noise(16, 16, 0) // 64 * 64
    color = np.dstack([grey, grey * 0, grey * 0])

    same_as_training(read, files.encoded(grey, transparency=64))
    same_as_training(read, files.encoded(color, transparency=(64, 0, 0)))


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


def test_of_an_animated_png_the_first_picture_counts(read):
    frames = [Image.fromarray(files.noise(seed=seed)) for seed in (0, 1)]
    content = files.encoded(frames[0], save_all=True, append_images=frames[1:])

    assert b"acTL" in content
    same_as_training(read, content)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "WEBP", "TIFF", "PPM"])
def test_other_formats_are_not_taken(read, kind):
    pixels, status = read(files.encoded(files.noise(), kind))

    assert status == [images.UNSUPPORTED_FORMAT]
    assert not pixels.any()


PNG = files.encoded(files.noise())
JPEG = files.encoded(files.noise(), "JPEG")


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

    assert _reader(channels=3, max_pixels=599)(content)[1] == ["too_large"]
    assert _reader(channels=3, max_pixels=600)(content)[1] == ["ok"]


def test_too_long_a_file_is_refused():
    reader = _reader(channels=3, max_bytes=len(PNG))

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
