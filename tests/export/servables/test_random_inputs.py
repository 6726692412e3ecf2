"""Seeds become numbers: the same ones whoever executes the graph."""

import numpy as np
import pytest
import tensorflow as tf

from export.servables import random_inputs

# What seeds made from this code's first day on.
EXPECTED = [-2.32589, 2.060053, 0.416759]

SEEDS = tf.constant([[3, 5], [2**40, -7], [0, 0]], tf.int64)


def rows(seeds=SEEDS, length=7, **options):
    made = tf.function(
        lambda each: random_inputs.normal_rows(each, length, 1), **options
    )
    return made(seeds).numpy()


def test_xla_makes_the_same_numbers():
    np.testing.assert_allclose(rows(jit_compile=True), rows(), atol=1e-5)


def test_a_row_is_its_seeds_alone():
    np.testing.assert_array_equal(rows(SEEDS[1:2]), rows()[1:2])
    assert np.abs(rows()[0] - rows()[1]).min() > 1e-6


def test_the_numbers_stay_those_that_they_are():
    # Pictures of bundles that were handed out can be made again.
    np.testing.assert_allclose(rows()[0, :3], EXPECTED, atol=1e-5)


def test_they_are_standard_normal():
    drawn = np.sort(rows(length=200_000).ravel())
    quantiles = np.array([0.001, 0.1, 0.5, 0.9, 0.999])
    normal = [-3.0902, -1.2816, 0, 1.2816, 3.0902]

    assert np.isfinite(drawn).all()
    np.testing.assert_allclose(np.quantile(drawn, quantiles), normal, atol=0.03)
    assert abs(drawn.std() - 1) < 0.005


@pytest.mark.parametrize("length", [0, 1, 2])
def test_short_rows(length):
    assert rows(length=length).shape == (3, length)
