import keras
import numpy as np

from tf_fingerprint.training import moving_average

from .. import tiny


def test_a_clone_is_equal_but_shares_nothing(generator):
    clone = moving_average.clone(generator)

    assert type(clone) is type(generator)
    for ours, theirs in zip(clone.weights, generator.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert ours is not theirs


def test_an_average_keeps_its_share():
    network = tiny.SmallDecoder()
    average = moving_average.clone(network)
    old = average.get_weights()
    new = [np.random.normal(size=weight.shape) for weight in old]
    network.set_weights(new)

    moving_average.update(average, network, 0.9)

    for mean, before, after in zip(
        average.get_weights(), old, new, strict=True
    ):
        np.testing.assert_allclose(mean, 0.9 * before + 0.1 * after, atol=1e-6)


def test_states_of_seeds_are_not_averaged():
    def build():
        layers = [keras.layers.Dense(2), keras.layers.Dropout(0.5, seed=1)]
        network = keras.Sequential(layers)
        network.build((None, 3))
        return network

    network, average = build(), build()
    states = [layer.seed_generator.state for layer in average.layers[1:]]
    before = [np.array(state) for state in states]

    moving_average.update(average, network, 0.5)

    assert len(states) == 1
    np.testing.assert_array_equal(before[0], states[0])
