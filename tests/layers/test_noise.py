import numpy as np

from tf_fingerprint.layers import noise

from . import oracles
from .layer_contract import check_layer


def test_noise_goes_to_all_channels_before_bias_and_rectifier():
    features, values = oracles.normal(2, 3, 4, 5), oracles.normal(2, 20)
    layer = noise.NoisyActivation(offset=6, strength=0.7)
    layer.build(features.shape, values.shape)
    layer.bias.assign(oracles.normal(5, seed=1))

    outputs = layer(features, values)

    for row in range(3):
        for column in range(4):
            drawn = values[:, 6 + 4 * row + column, None]
            expected = features[:, row, column] + 0.7 * drawn
            expected = oracles.leaky(expected + oracles.normal(5, seed=1))
            np.testing.assert_allclose(
                outputs[:, row, column], expected, atol=1e-5
            )


def test_at_first_noise_changes_nothing():
    features = oracles.normal(2, 3, 4, 5)
    layer = noise.NoisyActivation(offset=0)

    np.testing.assert_array_equal(
        layer(features, oracles.normal(2, 12)),
        layer(features, oracles.normal(2, 12, seed=1)),
    )


def test_noise_keeps_the_contract():
    check_layer(
        lambda: noise.NoisyActivation(offset=3, strength=0.5),
        (2, 3, 3, 4),
        (2, 20),
        num_weights=2,
    )
