"""Any generator, whose weights are changed."""

import keras
import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.suites import generator_tampering

BITS = np.arange(32) % 2


def small_generator():
    """From one channel to three, with layers within layers."""
    keras.utils.set_random_seed(0)
    inner = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            keras.layers.Conv2DTranspose(3, 3, padding="same"),
        ]
    )
    inputs = keras.Input((8, 8, 1))
    hidden = keras.layers.Conv2D(2, 3, padding="same", name="first")(inputs)
    hidden = keras.layers.BatchNormalization()(hidden)
    network = keras.Model(inputs, inner(hidden))
    random = np.random.default_rng(0)
    for each in network.trainable_weights:
        if "batch" not in each.path:
            each.assign(random.normal(size=each.shape))
    return network


def sampled(network):
    latents = np.random.default_rng(1).normal(size=(6, 8, 8, 1))

    def sample():
        images = network(latents.astype("float32"), training=False)
        levels = keras.ops.convert_to_numpy(images) * 20 + 128
        return np.clip(np.rint(levels), 0, 255).astype(np.uint8)

    return sample


def decoder(original):
    """Reads the bits while a picture is near what it was."""

    def decode(images):
        difference = images.astype(float) - original
        off = np.abs(difference).mean(axis=(1, 2, 3), keepdims=False) > 8
        return np.where(off[:, None], 0.5 - BITS, BITS - 0.5)

    return decode


@pytest.fixture(scope="module")
def curves():
    network = small_generator()
    sample = sampled(network)
    before = network.get_weights()
    found = {
        curve.name: curve
        for curve in generator_tampering.of_generator(
            network,
            sample,
            decoder(sample()),
            BITS,
            distance=lambda images: Figure(
                "mean", float(images.mean()), 0, 255, len(images), 1
            ),
        )
    }
    after = network.get_weights()
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)
    return found


@pytest.mark.slow
def test_little_rounding_keeps_what_much_destroys(curves):
    accuracy = dict(curves["rounding_bit_accuracy"].points)
    change = dict(curves["rounding_change"].points)

    assert accuracy[5].value == accuracy[3].value == 1
    assert accuracy[0].value == 0
    assert change[5].value < change[1].value < change[0].value


def test_noise_begins_with_the_generator_as_it_is(curves):
    change = dict(curves["weight_noise_change"].points)

    assert change[0].value == 0
    assert change[0.06].value < change[0.3].value
    assert dict(curves["weight_noise_vote"].points)[0].value == 1
    assert "weight_noise_distance" in curves


def test_what_was_published_stands_beside_the_bits_alone(curves):
    for name, curve in curves.items():
        assert bool(curve.published) == name.endswith("bit_accuracy")


def test_kernels_and_biases_of_convolutions_are_changed_and_no_others():
    network = small_generator()

    places = generator_tampering._convolutions(network)

    changed = {network.weights[place].path.split("/", 1)[1] for place in places}
    assert len(places) == 4
    assert not any("batch" in network.weights[p].path for p in places)
    assert {path.rpartition("/")[2] for path in changed} == {"kernel", "bias"}


def test_a_network_without_convolutions_is_refused():
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])

    with pytest.raises(errors.EvaluationError, match="must have convolutions"):
        list(
            generator_tampering.of_generator(
                network, lambda: 0, lambda x: x, BITS
            )
        )
