import numpy as np
import pytest

from tf_fingerprint.layers import reflecting

from . import oracles
from .layer_contract import check_layer


def mirrored(features):
    """The features with a margin of one, pixel by pixel."""
    batch, height, width, channels = features.shape
    outputs = np.empty((batch, height + 2, width + 2, channels))
    for row in range(-1, height + 1):
        for column in range(-1, width + 1):
            y = abs(row) if row < height else 2 * height - 2 - row
            x = abs(column) if column < width else 2 * width - 2 - column
            outputs[:, row + 1, column + 1] = features[:, y, x]
    return outputs


@pytest.mark.parametrize("activate", [False, True])
@pytest.mark.parametrize("shape", [(2, 6, 6, 3), (2, 4, 4, 40)])
def test_convolution_sees_mirrored_edges_and_has_hes_gain(shape, activate):
    features = oracles.normal(*shape)
    layer = reflecting.HeConv2D(5, activate=activate)
    layer.build(shape)
    layer.bias.assign(oracles.normal(5, seed=1))

    outputs = layer(features)

    kernel = layer.kernel.numpy() * np.sqrt(2 / (9 * shape[-1]))
    expected = oracles.correlated(mirrored(features), kernel)
    expected = expected + oracles.normal(5, seed=1)
    if activate:
        expected = np.where(expected > 0, expected, 0.2 * expected)
    np.testing.assert_allclose(outputs, expected, atol=1e-4)


@pytest.mark.parametrize(("activate", "gain"), [(True, 2**0.5), (False, 1.0)])
def test_dense_has_the_gain_on_its_kernel_alone(activate, gain):
    inputs = oracles.normal(3, 16)
    layer = reflecting.HeDense(5, activate=activate, gain=gain)
    layer.build((None, 16))
    layer.bias.assign(oracles.normal(5, seed=1))

    outputs = layer(inputs)

    expected = inputs @ layer.kernel.numpy() * gain / 4
    expected = expected + oracles.normal(5, seed=1)
    if activate:
        expected = np.where(expected > 0, expected, 0.2 * expected)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


def test_a_convolution_is_a_layer_as_all_are():
    check_layer(lambda: reflecting.HeConv2D(4), (2, 5, 6, 3), num_weights=2)


def test_a_dense_one_is_a_layer_as_all_are():
    check_layer(
        lambda: reflecting.HeDense(4, activate=False), (2, 7), num_weights=2
    )
