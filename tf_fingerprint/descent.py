"""One step down several losses, right on any number of replicas."""

import tensorflow as tf
from keras import ops


def descend(learners, compute, weights):
    """Moves each learner down the weighted mean of some losses.

    Optimizers sum gradients over replicas; dividing the objective by their
    number makes that sum the gradient of the mean over the global batch.

    Args:
        learners: Pairs of an optimizer and the network that it moves.
        compute: Returns a dict from name to `(batch,)`.
        weights: Dict from the name of a loss to its weight. A value without a
            weight is not a loss.

    Returns:
        Dict from name to the mean over the replica's batch.
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    variables = [network.trainable_variables for _, network in learners]
    with tf.GradientTape() as tape:
        values = {name: ops.mean(v) for name, v in compute().items()}
        terms = [
            weights[name] * v for name, v in values.items() if name in weights
        ]
        objective = sum(terms) / replicas
    gradients = tape.gradient(objective, variables)
    for (optimizer, _), slopes, moved in zip(
        learners, gradients, variables, strict=True
    ):
        # A weight that no loss reaches, such as a bias under R1, stays put.
        slopes = [
            ops.zeros_like(variable) if slope is None else slope
            for slope, variable in zip(slopes, moved, strict=True)
        ]
        optimizer.apply(slopes, moved)
    return values


def input_gradients(compute, inputs):
    """Gradient of a sum of outputs with respect to their inputs.

    Args:
        compute: From inputs to outputs of any shape.
        inputs: A tensor.

    Returns:
        The shape of `inputs`, float32.
    """
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = compute(inputs)
    # What is built on it needs more than bfloat16's eight bits.
    return ops.cast(tape.gradient(outputs, inputs), "float32")
