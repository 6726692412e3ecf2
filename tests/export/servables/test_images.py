"""Picture files as training reads them, to the bit."""

import numpy as np
import pytest
from PIL import Image

from export.servables import images
from tf_fingerprint import data

from .. import picture_files as files
from ..picture_reading import SIDE
from ..picture_reading import make_reader
from ..picture_reading import same_as_training


@pytest.fixture(autouse=True)
def seeded():
    """No seed: setting one makes TensorFlow prepare each graph once more."""


@pytest.fixture(scope="module")
def read():
    return make_reader(channels=3)


@pytest.fixture(scope="module")
def read_grey():
    return make_reader(channels=1)


@pytest.mark.slow
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
