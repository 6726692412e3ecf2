import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from export.servables import images
from tf_fingerprint import data

from .. import picture_files as files


@pytest.fixture(autouse=True)
def seeded():
    """No seed: setting one makes TensorFlow prepare each graph once more."""


@pytest.fixture(scope="module")
def fit():
    @tf.function(input_signature=[tf.TensorSpec((None,) * 4, tf.uint8)])
    def traced(pixels):
        return images.fit(pixels, resolution=16, channels=3)

    return traced


@pytest.mark.slow
@pytest.mark.parametrize(
    "side",
    # Smaller, whole factors, others, reduced before, with cells cut off.
    [1, 3, 15, 16, 17, 31, 32, 47, 48, 95, 96, 97, 143, 144, 145, 500, 777],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_every_size_is_scaled_to_the_bits_of_pillow(fit, side, seed):
    levels = files.noise(side, side + 3, seed=seed)

    [pixels] = fit(levels[None]).numpy()

    expected = data.read_image(files.encoded(levels), resolution=16)
    np.testing.assert_array_equal(pixels, expected)


def test_edges_do_not_ring_beyond_black_and_white(fit):
    board = np.indices((45, 45)).sum(axis=0)[..., None] // 9 % 2 * 255
    levels = np.broadcast_to(board, (45, 45, 3)).astype(np.uint8)

    [pixels] = fit(levels[None]).numpy()

    expected = data.read_image(files.encoded(levels), resolution=16)
    np.testing.assert_array_equal(pixels, expected)
    assert {0, 255} <= set(pixels.ravel().tolist())


def test_a_picture_of_the_right_size_is_not_touched(fit):
    levels = np.stack([files.noise(seed=seed) for seed in range(3)])

    np.testing.assert_array_equal(fit(levels), levels)


@pytest.mark.parametrize("channels", [1, 4])
def test_decoded_pictures_may_be_grey_or_have_transparency(fit, channels):
    levels = files.noise(20, 16, channels)

    [pixels] = fit(levels[None]).numpy()

    picture = Image.fromarray(levels[..., 0] if channels == 1 else levels)
    expected = data.read_image(files.encoded(picture), resolution=16)
    np.testing.assert_array_equal(pixels, expected)


@pytest.mark.parametrize(
    "shape", [(2, 16, 16, 2), (1, 16, 16, 5), (1, 0, 16, 3), (1, 16, 0, 3)]
)
def test_what_is_no_picture_is_refused(fit, shape):
    with pytest.raises(tf.errors.InvalidArgumentError, match="must have"):
        fit(np.zeros(shape, np.uint8))


def test_no_pictures_stay_none(fit):
    assert fit(np.zeros((0, 7, 9, 3), np.uint8)).shape == (0, 16, 16, 3)
