import keras
import numpy as np
import pytest

from tf_fingerprint.layers import embedding

from . import oracles
from .layer_contract import check_layer

BITS = np.random.default_rng(0).integers(0, 2, (3, 8)).astype("float32")


@pytest.mark.parametrize("signed_bits", [False, True])
@pytest.mark.parametrize("num_layers", [1, 8])
def test_the_style_is_a_product_of_dense_layers(num_layers, signed_bits):
    layer = embedding.FingerprintEmbedding(
        6, num_layers, 0.01, signed_bits=signed_bits
    )
    layer.build(BITS.shape)
    assert len(layer.dense_layers) == num_layers
    for index, dense in enumerate(layer.dense_layers):
        dense.bias.assign(100 * oracles.normal(6, seed=index))

    style = layer(BITS)

    expected = np.where(BITS, 1, -1) if signed_bits else BITS
    for index, dense in enumerate(layer.dense_layers):
        kernel = 0.01 * dense.kernel.numpy() / np.sqrt(expected.shape[-1])
        expected = expected @ kernel + oracles.normal(6, seed=index)
        if num_layers > 1:
            expected = oracles.leaky(expected)
    np.testing.assert_allclose(style, expected, rtol=1e-3, atol=1e-4)


def test_without_layers_the_bits_are_the_style():
    plain = embedding.FingerprintEmbedding(8, num_layers=0)
    signed = embedding.FingerprintEmbedding(8, num_layers=0, signed_bits=True)

    np.testing.assert_array_equal(plain(BITS), BITS)
    np.testing.assert_array_equal(signed(BITS), 2 * BITS - 1)


def test_a_neutral_signed_bit_steers_nothing():
    layer = embedding.FingerprintEmbedding(6, num_layers=1, signed_bits=True)

    np.testing.assert_array_equal(layer(np.full((1, 8), 0.5)), 0)


def test_without_layers_lengths_must_agree():
    layer = embedding.FingerprintEmbedding(6, num_layers=0)

    with pytest.raises(ValueError, match="style_dim=6 and 8 bits"):
        layer(keras.Input((8,)))


@pytest.mark.parametrize(("num_layers", "style_dim"), [(0, 8), (1, 6), (8, 6)])
def test_embedding_keeps_the_contract(num_layers, style_dim):
    check_layer(
        lambda: embedding.FingerprintEmbedding(style_dim, num_layers),
        (3, 8),
        num_weights=2 * num_layers,
    )
