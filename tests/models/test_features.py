import keras
import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.models import features


@pytest.fixture(scope="module")
def network():
    return features.FeatureNetwork()


@pytest.fixture(scope="module")
def images():
    return data.to_unit(data.procedural_images(4, resolution=64))


def by_loops(one, other):
    """The distance of two pictures, place by place."""
    total = 0.0
    for a, b in zip(one, other, strict=True):
        places = []
        for x, y in zip(
            a.reshape(-1, a.shape[-1]), b.reshape(-1, b.shape[-1]), strict=True
        ):
            x = x / np.sqrt((x**2).sum() + 1e-6)
            y = y / np.sqrt((y**2).sum() + 1e-6)
            places.append(((x - y) ** 2).sum())
        total += np.mean(places)
    return total


def test_distances_are_those_of_slow_loops(network, images):
    seen = network(images)
    others = [keras.ops.roll(each, 1, axis=0) for each in seen]

    found = np.asarray(features.distance(seen, others))

    for number, value in enumerate(found):
        expected = by_loops(
            [np.asarray(each)[number] for each in seen],
            [np.asarray(each)[number] for each in others],
        )
        assert value == pytest.approx(expected, rel=1e-4)


def test_equal_pictures_are_seen_alike_and_others_not(network, images):
    alike = network(np.repeat(images[:1], 4, axis=0))

    assert np.max(features.diversity(alike)) < 1e-6
    assert np.min(features.diversity(network(images))) > 0.1


def test_diversity_is_of_pairs(network, images):
    """The two of a pair are equal; the pairs are not."""
    pairs = network(np.repeat(images[:2], 2, axis=0))
    mixed = network(images[[0, 1, 0, 1]])

    assert np.max(features.diversity(pairs)) < 1e-6
    assert np.min(features.diversity(mixed)) > 0.1
    # The odd one has nobody.
    odd = [each[:3] for each in mixed]
    assert (np.asarray(features.diversity(odd)) > 0.1).tolist() == [1, 1, 0]


def test_pictures_are_enlarged_to_the_networks_side(network, images):
    shown = keras.ops.image.resize(images, (128, 128), "bilinear")

    for small, large in zip(network(images), network(shown), strict=True):
        np.testing.assert_allclose(small, large, atol=1e-4)


def test_a_network_that_does_not_exist_is_named():
    with pytest.raises(errors.TrainingError, match="Received 'Missing'"):
        features.FeatureNetwork("Missing")


def test_weights_that_cannot_be_had_are_named(monkeypatch):
    def without_network(**options):
        raise OSError("no route to host")

    monkeypatch.setattr(keras.applications, "MobileNetV2", without_network)

    with pytest.raises(errors.TrainingError, match="efficientnet_lite0"):
        features.FeatureNetwork("MobileNetV2")


def test_a_network_of_keras_is_tapped_at_four_scales(monkeypatch):
    make = keras.applications.MobileNetV2

    def untrained(**options):
        return make(weights=None, **options)

    monkeypatch.setattr(keras.applications, "MobileNetV2", untrained)

    network = features.FeatureNetwork("MobileNetV2", side=64)

    assert network.sizes == (16, 8, 4, 2)
