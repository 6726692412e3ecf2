import numpy as np

from tf_fingerprint import data


def test_pixels_survive_the_way_there_and_back():
    levels = np.arange(256, dtype="uint8")

    np.testing.assert_array_equal(data.to_pixels(data.to_unit(levels)), levels)


def test_unit_images_reach_from_minus_one_to_one():
    unit = data.to_unit(np.array([0, 255], "uint8"))

    assert unit.tolist() == [-1, 1]
    assert unit.dtype == np.float32


def test_pixels_are_the_nearest_level_and_clipped():
    values = np.random.default_rng(0).uniform(-1.2, 1.2, size=10_000)
    levels = (np.arange(256) / 127.5) - 1
    nearest = np.abs(values[:, None] - levels).argmin(axis=1)

    np.testing.assert_array_equal(data.to_pixels(values), nearest)
