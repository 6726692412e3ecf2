import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tf_fingerprint import data
from tf_fingerprint import errors


def encoded(image, kind="PNG", **options):
    """The file that an image makes."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def gradient(width, height):
    """An RGB image whose red grows to the right, green downwards."""
    pixels = np.zeros((height, width, 3), "uint8")
    pixels[..., 0] = np.linspace(0, 255, width)
    pixels[..., 1] = np.linspace(0, 255, height)[:, None]
    return Image.fromarray(pixels)


@given(
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    resolution=st.sampled_from([1, 8, 16]),
    channels=st.sampled_from([1, 3]),
)
def test_any_size_becomes_the_square_asked_for(
    width, height, resolution, channels
):
    content = encoded(gradient(width, height))

    image = data.read_image(content, resolution=resolution, channels=channels)

    assert image.shape == (resolution, resolution, channels)
    assert image.dtype == np.uint8


@pytest.mark.parametrize("size", [(3000, 4), (4, 3000)])
def test_a_picture_of_huge_aspect_gives_its_middle(size):
    image = data.read_image(encoded(gradient(*size)), resolution=4)

    long_axis = 0 if size[0] > size[1] else 1
    assert np.ptp(image[..., long_axis]) <= 1
    assert 125 <= image[..., long_axis].mean() <= 130


def test_scaling_by_a_whole_factor_is_the_mean_of_areas():
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), "uint8")
    expected = pixels.reshape(8, 4, 8, 4, 3).mean(axis=(1, 3))

    image = data.read_image(encoded(Image.fromarray(pixels)), resolution=8)

    np.testing.assert_allclose(image, expected, atol=0.51)


def test_pixels_of_the_right_size_are_left_as_they_are():
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), "uint8")

    image = data.read_image(encoded(Image.fromarray(pixels)), resolution=16)

    np.testing.assert_array_equal(image, pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_camera_orientation_is_applied(orientation):
    upright = gradient(8, 8)
    # How the sensor saw it, for each value of the tag (EXIF 2.3, 4.6.4 A).
    methods = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright
    if orientation in methods:
        stored = upright.transpose(methods[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation

    image = data.read_image(encoded(stored, exif=exif), resolution=8)

    np.testing.assert_array_equal(image, np.asarray(upright))


def test_the_celeba_crop_is_centred_where_the_paper_says():
    pixels = np.zeros((218, 178, 3), "uint8")
    pixels[57:185, 25:153] = 200

    image = data.read_image(
        encoded(Image.fromarray(pixels)), resolution=128, crop="celeba"
    )

    assert (image == 200).all()


def test_the_celeba_crop_refuses_pictures_that_are_not_aligned():
    with pytest.raises(errors.DataError, match="178 x 218.*has 178 x 217"):
        data.read_image(
            encoded(gradient(178, 217)), resolution=128, crop="celeba"
        )


def test_without_a_crop_pictures_must_be_square():
    with pytest.raises(errors.DataError, match="has 9 x 8 pixels"):
        data.read_image(encoded(gradient(9, 8)), resolution=8, crop="none")

    content = encoded(gradient(8, 8))
    data.read_image(content, resolution=8, crop="none")


def broken_files():
    whole = encoded(gradient(64, 64), "JPEG")
    yield "truncated.jpg", whole[: len(whole) // 2]
    yield "truncated.png", encoded(gradient(64, 64))[:-200]
    yield "text.png", b"This is a list of pictures.\n"
    yield "empty.png", b""
    yield "header.gif", b"GIF89a"


@pytest.mark.parametrize(
    ("name", "content"), list(broken_files()), ids=lambda one: str(one)[:13]
)
def test_a_broken_file_is_named(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(errors.DataError, match=f"{name}: can't be read"):
        data.read_image(path, resolution=8)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(errors.DataError, match="missing.png: can't be read"):
        data.read_image(tmp_path / "missing.png", resolution=8)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"crop": "squash"}, "`crop` must be one of center, celeba, none"),
        ({"channels": 4}, "`channels` must be 1"),
        ({"resolution": 0}, "`resolution` must be at least 1"),
    ],
)
def test_a_form_that_makes_no_sense_is_a_wrong_argument(wrong, message):
    with pytest.raises(ValueError, match=message):
        data.read_image(b"", **{"resolution": 8, **wrong})
