import numpy as np

from tf_fingerprint.artificial import pixels


def test_every_level_survives_the_round_trip():
    levels = np.arange(256, dtype="uint8")

    np.testing.assert_array_equal(
        pixels.to_pixels(pixels.to_unit(levels)), levels
    )


def test_values_are_rounded_to_the_nearest_level():
    between = (np.arange(255) + 0.49) / 255, (np.arange(255) + 0.51) / 255

    lower, upper = map(pixels.to_pixels, between)

    np.testing.assert_array_equal(lower, np.arange(255))
    np.testing.assert_array_equal(upper, np.arange(1, 256))
