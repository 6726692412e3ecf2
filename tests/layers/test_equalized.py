import numpy as np
import pytest

from tf_fingerprint.layers import equalized

from . import oracles
from .layer_contract import check_layer


def test_the_rectifier_keeps_the_power_of_its_input():
    features = oracles.normal(10_000)

    outputs = equalized.scaled_leaky_relu(features)

    np.testing.assert_allclose(outputs, oracles.leaky(features), rtol=1e-6)
    assert np.mean(np.square(outputs)) == pytest.approx(1.04, abs=0.05)


@pytest.mark.parametrize("activate", [False, True])
@pytest.mark.parametrize("multiplier", [1.0, 0.01])
def test_dense_is_scaled_when_used(activate, multiplier):
    inputs = oracles.normal(3, 16)
    layer = equalized.EqualizedDense(
        5, activate=activate, learning_rate_multiplier=multiplier
    )
    layer.build((None, 16))
    layer.bias.assign(oracles.normal(5, seed=1))

    outputs = layer(inputs)

    expected = inputs @ layer.kernel.numpy() * multiplier / 4
    expected = expected + oracles.normal(5, seed=1) * multiplier
    if activate:
        expected = oracles.leaky(expected)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


@pytest.mark.parametrize("multiplier", [1.0, 0.01])
def test_weights_have_the_variance_that_the_multiplier_takes_away(multiplier):
    layer = equalized.EqualizedDense(100, learning_rate_multiplier=multiplier)

    outputs = layer(oracles.normal(100, 100))

    assert np.std(layer.kernel) == pytest.approx(1 / multiplier, rel=0.05)
    assert np.std(outputs) == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize(
    ("resample", "size"), [("up", 3), ("down", 3), ("down", 1), (None, 1)]
)
@pytest.mark.parametrize("activate", [False, True])
def test_convolution_is_scaled_when_used(resample, size, activate):
    features = oracles.normal(2, 4, 6, 3)
    layer = equalized.EqualizedConv2D(
        5, size, resample=resample, activate=activate
    )
    layer.build(features.shape)
    layer.bias.assign(oracles.normal(5, seed=1))

    outputs = layer(features)

    kernel = layer.kernel.numpy() / np.sqrt(size * size * 3)
    expected = oracles.convolved(features, kernel, resample)
    expected = expected + oracles.normal(5, seed=1)
    if activate:
        expected = oracles.leaky(expected)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


@pytest.mark.parametrize("activate", [False, True])
def test_dense_keeps_the_contract(activate):
    check_layer(
        lambda: equalized.EqualizedDense(
            4, activate=activate, learning_rate_multiplier=0.5
        ),
        (3, 7),
        num_weights=2,
    )


@pytest.mark.parametrize("resample", ["up", "down", None])
def test_convolution_keeps_the_contract(resample):
    check_layer(
        lambda: equalized.EqualizedConv2D(4, resample=resample, use_bias=False),
        (2, 6, 6, 3),
        num_weights=1,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"resample": "double"}, '"up", "down" or None.*\'double\''),
        ({"kernel_size": 2}, "`kernel_size` must be 3, or 1.*kernel_size=2"),
        ({"kernel_size": 1, "resample": "up"}, "unless `resample` is"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        equalized.EqualizedConv2D(4, **arguments)
