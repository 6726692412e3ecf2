"""Pictures of every kind: depths, transparency, colour spaces, frames."""

import io

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import data
from tf_fingerprint import errors

RED, WHITE = (255, 0, 0), (255, 255, 255)


def encoded(image, kind="PNG", **options):
    """The file that an image makes."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def half_transparent(mode):
    """A 4 x 4 image whose left half is black and right half transparent."""
    alpha = np.zeros((4, 4), "uint8")
    alpha[:, :2] = 255
    image = Image.new("L" if mode == "LA" else "RGB", (4, 4))
    image.putalpha(Image.fromarray(alpha))
    return image


def test_sixteen_bit_grey_keeps_its_shades():
    shades = np.linspace(0, 65535, 64).astype("uint16").reshape(8, 8)

    image = data.read_image(encoded(Image.fromarray(shades)), resolution=8)

    np.testing.assert_allclose(image[..., 0], shades / 257, atol=0.51)


def test_sixteen_bit_tiff_of_either_byte_order_keeps_its_shades():
    shades = np.linspace(0, 65535, 64).astype("uint16").reshape(8, 8)
    little = encoded(Image.fromarray(shades), "TIFF")
    big = encoded(Image.fromarray(shades.astype(">u2")), "TIFF")

    for content in (little, big):
        image = data.read_image(content, resolution=8, channels=1)
        np.testing.assert_allclose(image[..., 0], shades / 257, atol=0.51)


def test_floating_point_pictures_reach_from_zero_to_one():
    shades = np.linspace(0, 1, 64).astype("float32").reshape(8, 8)
    content = encoded(Image.fromarray(shades), "TIFF")

    image = data.read_image(content, resolution=8, channels=1)

    np.testing.assert_allclose(image[..., 0], shades * 255, atol=0.51)


@pytest.mark.parametrize("worst", [-1.0, 200.0, float("nan")])
def test_floating_point_pictures_beyond_that_are_refused(worst):
    shades = np.full((8, 8), worst, "float32")

    with pytest.raises(errors.DataError, match="must be 0 to 1"):
        data.read_image(encoded(Image.fromarray(shades), "TIFF"), resolution=8)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparency_is_laid_over_white(mode, kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    content = encoded(half_transparent(mode), kind, **options)

    image = data.read_image(content, resolution=4)

    assert (image[:, :2] == 0).all()
    assert (image[:, 2:] == 255).all()


def test_a_transparent_palette_colour_is_laid_over_white():
    image = Image.new("P", (4, 4), 0)
    image.putpalette([*RED, 0, 0, 255])
    image.paste(1, (2, 0, 4, 4))

    pixels = data.read_image(encoded(image, transparency=1), resolution=4)

    assert (pixels[:, :2] == RED).all()
    assert (pixels[:, 2:] == WHITE).all()


def test_a_palette_with_graded_transparency_is_laid_over_white():
    image = Image.new("P", (4, 4), 0)
    image.putpalette([*RED, 0, 0, 0])
    image.paste(1, (2, 0, 4, 4))
    content = encoded(image, transparency=bytes([255, 51]))

    pixels = data.read_image(content, resolution=4)

    assert (pixels[:, :2] == RED).all()
    assert (pixels[:, 2:] == 204).all()


def test_a_transparent_rgb_colour_is_laid_over_white():
    content = encoded(Image.new("RGB", (4, 4), RED), transparency=RED)

    assert (data.read_image(content, resolution=4) == 255).all()


@pytest.mark.parametrize(
    ("mode", "color", "kind", "expected"),
    [
        ("1", 1, "PNG", WHITE),
        ("L", 77, "PNG", (77, 77, 77)),
        ("L", 77, "JPEG", (77, 77, 77)),
        ("P", 0, "GIF", (0, 0, 0)),
        ("CMYK", (0, 255, 255, 0), "JPEG", RED),
        ("CMYK", (0, 255, 255, 0), "TIFF", RED),
        ("YCbCr", (255, 128, 128), "JPEG", WHITE),
        ("RGB", RED, "BMP", RED),
        ("RGB", RED, "PPM", RED),
    ],
)
def test_every_colour_space_becomes_rgb(mode, color, kind, expected):
    image = Image.new(mode, (8, 8), color)

    pixels = data.read_image(encoded(image, kind), resolution=8).astype(int)

    assert np.abs(pixels - expected).max() <= 2


def test_one_bit_pictures_scale_to_shades_of_grey():
    board = np.indices((8, 8)).sum(axis=0) % 2 == 1

    image = data.read_image(encoded(Image.fromarray(board)), resolution=4)

    assert np.abs(image.astype(int) - 127.5).max() <= 0.5


def test_grey_from_colour_weighs_the_colours_as_the_eye_does():
    content = encoded(Image.new("RGB", (4, 4), RED))

    image = data.read_image(content, resolution=4, channels=1)

    assert (image == round(0.299 * 255)).all()


def test_of_an_animation_the_first_frame_counts():
    frames = [Image.new("RGB", (8, 8), color) for color in (RED, WHITE)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])

    assert (data.read_image(content, resolution=8) == RED).all()
