"""Folding many fingerprints gives what folding each by layers gives."""

import numpy as np
import pytest

from tf_fingerprint import models

from ..randomized import randomize

BITS = np.random.default_rng(3).integers(0, 2, (3, 8)).astype("uint8")


def build(**arguments):
    return randomize(
        models.Generator(
            16,
            num_bits=8,
            latent_dim=6,
            style_dim=5,
            channel_base=64,
            max_channels=8,
            **arguments,
        )
    )


@pytest.mark.slow
@pytest.mark.parametrize("noise", ["random", "fixed", "none"])
@pytest.mark.parametrize("modulated", [(4, 16), (8, 8)])
def test_vectors_are_the_weights_of_sealed_instances(noise, modulated):
    generator = build(modulated_resolutions=modulated, embedding_layers=2)
    folding = models.Folding(generator, noise=noise)

    vectors = list(folding.vectors(BITS))

    for bits, vector in zip(BITS, vectors, strict=True):
        instance = models.seal(generator, bits, noise=noise)
        folding.fill(vector)
        for actual, expected in zip(
            folding.network.get_weights(), instance.get_weights(), strict=True
        ):
            np.testing.assert_allclose(actual, expected, atol=2e-6, rtol=2e-5)
    assert len(vectors[0]) == folding.num_weights
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-3


def test_what_one_instance_gets_does_not_change_the_next():
    folding = models.Folding(build())

    first, _ = folding.vectors(BITS[:2])
    first = first.copy()
    [again] = folding.vectors(BITS[:1])

    # Products of one row and of two may be rounded differently.
    np.testing.assert_allclose(again, first, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("bits", [BITS[0], BITS[:, :7]])
def test_fingerprints_of_another_shape_are_refused(bits):
    folding = models.Folding(build())

    with pytest.raises(ValueError, match="rows of 8 bits"):
        next(folding.vectors(bits))
