import numpy as np
import pytest

from tf_fingerprint.passive import bands

from ..layers import oracles

TAPS = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256


def at(image, row, column):
    """A pixel; beyond the edge, that on the other side of the edge pixel."""
    height, width = image.shape[:2]
    row = abs(row) if row < height else 2 * height - 2 - row
    column = abs(column) if column < width else 2 * width - 2 - column
    return image[row, column]


def halved(image):
    """Every second pixel is a weighted mean of the 25 around it."""
    height, width, channels = image.shape
    outputs = np.zeros((height // 2, width // 2, channels))
    for row in range(height // 2):
        for column in range(width // 2):
            for y in range(5):
                for x in range(5):
                    here = at(image, 2 * row + y - 2, 2 * column + x - 2)
                    outputs[row, column] += TAPS[y, x] * here
    return outputs


def doubled(image):
    """As `halved`, over zeros between the pixels, without leaving any out."""
    height, width, channels = image.shape
    spread = np.zeros((2 * height, 2 * width, channels))
    spread[::2, ::2] = image
    outputs = np.zeros_like(spread)
    for row in range(2 * height):
        for column in range(2 * width):
            for y in range(5):
                for x in range(5):
                    here = at(spread, row + y - 2, column + x - 2)
                    outputs[row, column] += 4 * TAPS[y, x] * here
    return outputs


def test_low_bands_are_binomial_means_with_mirrored_edges():
    images = oracles.normal(2, 16, 16, 3)

    outputs = bands.low(images, 4)

    expected = [halved(halved(image)) for image in images]
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


def test_high_bands_are_what_the_low_ones_can_not_hold():
    images = oracles.normal(2, 16, 16, 3)

    outputs = bands.high(images, 4)

    expected = [
        image - doubled(doubled(halved(halved(image)))) for image in images
    ]
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


def test_an_even_picture_is_in_the_low_band_alone():
    images = np.full((1, 16, 16, 1), 0.7, "float32")

    np.testing.assert_allclose(bands.low(images, 8), images[:, ::2, ::2])
    np.testing.assert_allclose(bands.high(images, 8), 0 * images, atol=1e-6)


@pytest.mark.parametrize(("band", "size"), [("low", 4), ("high", 4)])
def test_precision_does_not_change_a_band(band, size):
    images = oracles.normal(2, 8, 8, 3)

    outputs = bands.Band(band, size, dtype="mixed_bfloat16")(images)

    assert outputs.dtype == "float32"
    np.testing.assert_array_equal(outputs, bands.Band(band, size)(images))


def test_shapes_are_told_beforehand():
    for band, shape in (("low", (2, 4, 4, 3)), ("high", (2, 8, 8, 3))):
        layer = bands.Band(band, 4)
        images = oracles.normal(2, 8, 8, 3)

        assert layer.compute_output_shape(images.shape) == shape
        assert layer(images).shape == shape
        twin = bands.Band.from_config(layer.get_config())
        np.testing.assert_array_equal(twin(images), layer(images))


def test_there_are_two_bands():
    with pytest.raises(ValueError, match="`band` must be"):
        bands.Band("middle", 4)
