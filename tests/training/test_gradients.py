import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint.training import gradients


def learner(rate=0.1):
    """Gradient descent, and a layer that multiplies by 1."""
    layer = keras.layers.Dense(1, kernel_initializer="ones")
    layer.build((None, 1))
    optimizer = keras.optimizers.SGD(rate)
    optimizer.build(layer.trainable_variables)
    return optimizer, layer


def test_losses_are_means_over_the_batch():
    means = gradients.descend(
        [learner()], lambda: {"one": tf.constant([1.0, 3.0])}, {"one": 1.0}
    )

    assert {name: float(mean) for name, mean in means.items()} == {"one": 2.0}


def test_a_step_descends_the_weighted_sum_of_means():
    optimizer, layer = learner()
    inputs = tf.constant([[1.0], [3.0]])

    def compute():
        outputs = layer(inputs)[:, 0]
        return {"first": outputs, "second": outputs**2, "accuracy": -outputs}

    gradients.descend(
        [(optimizer, layer)], compute, {"first": 5.0, "second": 2.0}
    )

    # 5 (1 + 3) / 2 + 2 (2 * 1 * 1 + 2 * 3 * 3) / 2
    assert float(layer.kernel[0, 0]) == pytest.approx(1 - 0.1 * (10 + 20))


def test_each_learner_takes_its_own_step():
    slow, fast = learner(0.01), learner(1.0)

    def compute():
        return {"sum": (slow[1](np.ones((4, 1))) + fast[1](np.ones((4, 1))))}

    gradients.descend([slow, fast], compute, {"sum": 1.0})

    assert float(slow[1].kernel[0, 0]) == pytest.approx(0.99)
    assert float(fast[1].kernel[0, 0]) == pytest.approx(0.0)


def test_what_no_loss_reaches_stays_put():
    reached, other = learner(), learner()

    gradients.descend(
        [reached, other], lambda: {"a": reached[1](np.ones((4, 1)))}, {"a": 1.0}
    )

    assert float(reached[1].kernel[0, 0]) == pytest.approx(0.9)
    assert float(other[1].kernel[0, 0]) == 1


def test_replicas_share_one_step(two_replicas):
    with two_replicas.scope():
        optimizer, layer = learner()

    def step():
        context = tf.distribute.get_replica_context()
        inputs = tf.fill([2, 1], [1.0, 3.0][context.replica_id_in_sync_group])
        gradients.descend(
            [(optimizer, layer)], lambda: {"a": layer(inputs)}, {"a": 1.0}
        )

    two_replicas.run(step)

    # The mean of the four inputs is 2.
    assert layer.kernel.numpy()[0, 0] == pytest.approx(1 - 0.1 * 2)
