import keras
import numpy as np
import pytest

from tf_fingerprint.models import projected_discriminator

from ..layers import oracles

SIZES, WIDTHS = (16, 8, 4), (6, 5, 4)


@pytest.fixture
def features():
    return [
        oracles.normal(2, size, size, width)
        for size, width in zip(SIZES, WIDTHS, strict=True)
    ]


def test_mixtures_are_fixed_by_their_seed_and_not_learned(features):
    one, same, other = (
        projected_discriminator.Projection(WIDTHS, seed) for seed in (0, 0, 1)
    )

    mixed = one(features)

    assert [each.shape for each in mixed] == [
        (2, 16, 16, 32),
        (2, 8, 8, 64),
        (2, 4, 4, 128),
    ]
    assert not one.trainable_variables
    for a, b, c in zip(mixed, same(features), other(features), strict=True):
        np.testing.assert_array_equal(a, b)
        assert np.abs(np.asarray(a) - np.asarray(c)).mean() > 0.1


def test_coarse_features_reach_fine_mixtures_but_not_the_other_way(features):
    projection = projected_discriminator.Projection(WIDTHS)
    before = [np.asarray(each) for each in projection(features)]
    coarse = [*features[:-1], features[-1] + 1]
    fine = [features[0] + 1, *features[1:]]

    from_coarse = [np.asarray(each) for each in projection(coarse)]
    from_fine = [np.asarray(each) for each in projection(fine)]

    for number, each in enumerate(before):
        assert not np.allclose(from_coarse[number], each)
        assert np.allclose(from_fine[number], each) == (number > 0)


def test_each_picture_has_logits_of_every_head():
    widths = projected_discriminator.WIDTHS[:3]
    heads = projected_discriminator.FeatureHeads(SIZES, widths)
    mixed = [
        oracles.normal(2, size, size, width)
        for size, width in zip(SIZES, widths, strict=True)
    ]

    logits = heads(mixed, training=True)

    assert logits.shape == (2, 3 * 16)
    assert logits.dtype == "float32"


def test_no_kernel_stretches_more_than_by_one():
    """Spectral normalisation, against NumPy's singular values."""
    widths = projected_discriminator.WIDTHS[:1]
    heads = projected_discriminator.FeatureHeads((8,), widths)
    for _ in range(60):  # Each call turns the estimate nearer to the truth.
        heads([oracles.normal(2, 8, 8, widths[0])], training=True)

    layers = [
        layer
        for layer in heads.heads[0].layers
        if isinstance(layer, keras.layers.SpectralNormalization)
    ]
    assert len(layers) == 2
    for layer in layers:
        kernel = np.asarray(layer.kernel).reshape(-1, layer.kernel.shape[-1])
        largest = np.linalg.svd(kernel, compute_uv=False)[0]
        assert largest == pytest.approx(1, abs=0.05)
