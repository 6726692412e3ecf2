"""Against plain arithmetic, and on the network of real copies."""

import numpy as np
import pytest

from tf_fingerprint import models
from tf_fingerprint.evaluation.attacks import weight_changes as changes

from ...randomized import randomize


@pytest.fixture
def array():
    return np.random.default_rng(0).normal(0, 0.04, (3, 3, 5, 7)).astype("f4")


def test_rounding_is_to_decimals_of_the_standard_deviation(array):
    rounded = changes.rounded(array, 1)

    expected = np.round(array / array.std(), 1) * array.std()
    np.testing.assert_allclose(rounded, expected, rtol=1e-5, atol=1e-8)
    assert np.abs(changes.rounded(array, 5) - array).max() < 1e-5 * array.std()


def test_what_is_constant_is_not_rounded_away():
    constant = np.full(4, 0.3, "f4")

    np.testing.assert_array_equal(changes.rounded(constant, 0), constant)


def test_noise_has_the_strength_of_the_array_s_own_scatter(array):
    large = np.tile(array, (10, 10, 1, 1))

    noise = changes.noisy(large, 0.3, np.random.default_rng(1)) - large

    assert noise.std() == pytest.approx(0.3 * array.std(), rel=0.02)
    assert noise.dtype == np.float32


@pytest.mark.parametrize(("name", "bits"), [("float16", 11), ("bfloat16", 8)])
def test_shorter_floats_keep_their_digits_and_no_more(name, bits, array):
    error = np.abs(changes.cast(array, name) - array) / np.abs(array)

    assert 2.0 ** -(bits + 1.5) < error.max() <= 2.0**-bits


@pytest.mark.parametrize("axis", [-1, 2])
def test_each_output_channel_has_a_scale_of_its_own(axis, array):
    quantized = changes.quantized(array, 8, axis)

    for before, after in zip(
        np.moveaxis(array, axis, 0),
        np.moveaxis(quantized, axis, 0),
        strict=True,
    ):
        scale = np.abs(before).max() / 127
        levels = after / scale
        np.testing.assert_allclose(levels, np.rint(levels), atol=1e-3)
        assert np.abs(after - before).max() <= scale / 2 * 1.001
        assert np.abs(levels).max() == pytest.approx(127)


def test_a_channel_of_zeros_stays_one():
    kernel = np.zeros((3, 2), "f4")

    np.testing.assert_array_equal(changes.quantized(kernel, 8, -1), kernel)


def test_pruning_takes_the_smallest(array):
    pruned = changes.pruned(array, 0.4)

    gone = pruned == 0
    assert gone.sum() == round(0.4 * array.size)
    assert np.abs(array[gone]).max() <= np.abs(array[~gone]).min()
    np.testing.assert_array_equal(pruned[~gone], array[~gone])
    assert (array != 0).all()


def test_half_of_another_is_the_average():
    mixed = changes.mixed([np.float32([0, 4])], [np.float32([2, 0])], 0.5)

    np.testing.assert_array_equal(mixed[0], [1, 2])


@pytest.mark.parametrize("noise", ["random", "fixed"])
def test_only_what_was_learned_is_changed(noise, generator):
    network = models.seal(randomize(generator), [1] * 8, noise=noise)
    weights = network.get_weights()

    def change(array, axis):
        return array + (2 if axis == 2 else 1)

    changed = changes.changed(network, weights, change, biases=True)
    kernels = changes.changed(network, weights, change)

    for weight, before, after, without in zip(
        network.weights, weights, changed, kernels, strict=True
    ):
        layer, _, kind = weight.path.rpartition("/")
        is_fixed = layer.startswith("upsample_") or layer == "one"
        if kind == "bias":
            moved, moved_alone = int(not is_fixed), 0
        elif is_fixed or layer.endswith("_low_pass"):
            moved = moved_alone = 0
        else:
            # A transposed convolution has its outputs before its inputs.
            is_transposed = layer in ("conv_up_8", "conv_up_16")
            moved = moved_alone = 2 if is_transposed else 1
        np.testing.assert_array_equal(after, before + moved)
        np.testing.assert_array_equal(without, before + moved_alone)
