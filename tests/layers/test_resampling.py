import keras
import numpy as np
import pytest

from tf_fingerprint.layers import resampling

from . import oracles
from .layer_contract import check_layer


@pytest.fixture
def features():
    return oracles.normal(2, 6, 4, 3)


@pytest.fixture(params=[False, True], ids=["depthwise", "shifts"])
def either_filter(request, monkeypatch):
    """TensorFlow's way to filter, and JAX's."""
    monkeypatch.setattr(resampling, "BY_SHIFTS", request.param)


def assert_close(outputs, expected):
    assert outputs.shape == expected.shape
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


def test_upsampling_inserts_zeros_and_filters(features, either_filter):
    assert_close(resampling.upsample(features), oracles.upsampled(features))


def test_downsampling_filters_and_drops(features, either_filter):
    assert_close(resampling.downsample(features), oracles.downsampled(features))


@pytest.mark.parametrize(
    ("resample", "size"),
    [("up", 3), ("down", 3), ("down", 1), (None, 3), (None, 1)],
)
def test_convolutions_equal_the_loops(features, resample, size, either_filter):
    kernel = oracles.normal(size, size, 3, 5)

    outputs = resampling.convolve(features, kernel, resample)

    assert_close(outputs, oracles.convolved(features, kernel, resample))


@pytest.mark.parametrize("padding", [(1, 2), (2, 2), (1, 1)])
def test_another_padding_would_be_noticed(features, padding):
    mutant = resampling.low_pass(
        keras.ops.convert_to_tensor(oracles.spread(features), "float32"),
        padding=padding,
        gain=4.0,
    )

    expected = oracles.upsampled(features)

    assert mutant.shape != expected.shape or not np.allclose(
        mutant, expected, atol=0.1
    )


@pytest.mark.parametrize("padding", [(0, 2), (2, 0)])
def test_another_padding_of_convolutions_would_be_noticed(features, padding):
    kernel = oracles.normal(3, 3, 3, 5)
    painted = oracles.transposed(features, kernel).astype("float32")

    mutant = resampling.low_pass(painted, padding=padding, gain=4.0)

    expected = oracles.convolved(features, kernel, "up")
    assert mutant.shape == expected.shape
    assert not np.allclose(mutant, expected, atol=0.1)


def test_a_flat_picture_stays_flat_inside():
    flat = np.ones((1, 8, 8, 1), "float32")

    np.testing.assert_allclose(resampling.upsample(flat)[0, 2:-2, 2:-2], 1)
    np.testing.assert_allclose(resampling.downsample(flat)[0, 1:-1, 1:-1], 1)


def test_upsampling_is_downsampling_transposed(features, either_filter):
    larger = oracles.normal(2, 12, 8, 3, seed=1)

    upward = np.sum(resampling.upsample(features) * larger)
    downward = np.sum(resampling.downsample(larger) * features)

    np.testing.assert_allclose(upward, 4 * downward, rtol=1e-4)


def test_the_layer_keeps_the_contract():
    check_layer(resampling.Upsample2D, (2, 3, 5, 4), num_weights=0)
