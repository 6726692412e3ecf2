"""Pictures in any form, as a decoder takes them."""

import io

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import errors

from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir


@pytest.fixture
def made(tiny_run):
    """Four pictures of the tiny run's."""
    return tiny_run.generate(4, seed=1)


def test_a_picture_may_come_in_any_form(tiny_run, made, tmp_path):
    picture = Image.fromarray(made[0])
    file = io.BytesIO()
    picture.save(file, "PNG")
    (tmp_path / "found.png").write_bytes(file.getvalue())
    expected = tiny_run.decode(made)[:1]

    for form in (
        made[0],
        made[:1],
        tmp_path / "found.png",
        [str(tmp_path / "found.png")],
        file.getvalue(),
        picture,
        [picture.convert("RGBA")],
    ):
        np.testing.assert_allclose(tiny_run.decode(form), expected, atol=1e-4)


def test_found_pictures_are_cut_and_scaled(tiny_run):
    picture = Image.new("CMYK", (50, 40), (0, 255, 255, 0))

    pixels = tiny_run.read_images([picture])

    assert pixels.shape == (1, 16, 16, 3)
    assert pixels[0, 3, 3].tolist() == [255, 0, 0]


def test_a_pillow_image_keeps_its_orientation(tiny_run):
    values = np.zeros((16, 16, 3), np.uint8)
    values[:8] = 255
    picture = Image.fromarray(values)
    picture.getexif()[0x0112] = 3  # Upside down.

    pixels = tiny_run.read_images(picture)

    assert pixels[0, 0, 0].tolist() == [0, 0, 0]


def test_no_pictures_have_no_logits(tiny_run):
    assert tiny_run.decode([]).shape == (0, 32)


def test_arrays_of_another_size_are_refused(tiny_run):
    with pytest.raises(ValueError, match="16 x 16 x 3.* 2 x 8 x 8 x 3"):
        tiny_run.decode(np.zeros((2, 8, 8, 3), np.uint8))


def test_floating_point_is_refused(tiny_run):
    with pytest.raises(ValueError, match="`uint8`. Received `float32`"):
        tiny_run.decode(np.zeros((2, 16, 16, 3), np.float32))


def test_a_broken_file_is_named(tiny_run, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no picture")

    with pytest.raises(errors.DataError, match="broken.png"):
        tiny_run.decode(tmp_path / "broken.png")
