import keras
import numpy as np
import pytest

from tf_fingerprint.passive import trunk

from ..layers import oracles


@pytest.mark.parametrize("until", [4, 8, 16])
def test_a_patch_has_seen_its_receptive_field_and_no_more(until):
    images = keras.Input((32, 32, 1))
    network = keras.Model(images, trunk.trunk(images, 16, 4, until))
    picture = oracles.normal(1, 32, 32, 1)
    before = np.array(network(picture))

    # Far from the edges, where the mirror would show it twice.
    changed = picture.copy()
    changed[0, 16, 16] += 1
    touched = np.any(np.array(network(changed)) != before, axis=(0, -1))

    side, stride = trunk.receptive_field(32, until), 32 // until
    # A feature's patch is centred on the pixels that it stands for.
    first = np.arange(until) * stride - (side - stride) // 2
    sees = (first <= 16) & (16 < first + side)
    np.testing.assert_array_equal(touched, sees[:, None] & sees[None])
    assert touched.all() == (until == 4)


def test_images_that_are_small_enough_stay_as_they_are():
    images = keras.Input((8, 8, 3))

    assert trunk.trunk(images, until=8) is images


def test_channels_double_as_the_side_halves():
    images = keras.Input((64, 64, 3))

    network = keras.Model(images, trunk.trunk(images))

    shapes = [
        layer.output.shape[1:]
        for layer in network.layers
        if layer.name.startswith("conv")
    ]
    assert shapes == [
        *((64, 64, 32), (64, 64, 64), (32, 32, 64), (32, 32, 128)),
        *((16, 16, 128), (16, 16, 256), (8, 8, 256), (8, 8, 512)),
    ]
