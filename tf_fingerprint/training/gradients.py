"""One step down several losses, right on any number of replicas."""

from keras import ops

from tf_fingerprint.backends import autodiff
from tf_fingerprint.backends import replicas


def descend(learners, compute, weights, *, keep=False):
    """Moves each learner down the weighted mean of some losses.

    Optimizers sum gradients over replicas; dividing the objective by their
    number makes that sum the gradient of the mean over the global batch.

    `compute`: returns a dict from name to `(batch,)`; if `keep`, a pair of it
    and of tensors that the caller wants back. `weights`: dict from the name of
    a loss to its weight. A value without a weight is not a loss. Returns dict
    from name to the mean over the replica's batch; if `keep`, a pair of it and
    of what `compute` returned beside.
    """
    variables = [network.trainable_variables for _, network in learners]

    def objective():
        computed = compute()
        computed, kept = computed if keep else (computed, None)
        values = {name: ops.mean(v) for name, v in computed.items()}
        terms = [
            weights[name] * v for name, v in values.items() if name in weights
        ]
        return sum(terms) / replicas.count(), (values, kept)

    # A weight that no loss reaches, such as a bias under R1, stays put.
    (_, (values, kept)), gradients = autodiff.value_and_gradients(
        objective, variables
    )
    for (optimizer, _), slopes, moved in zip(
        learners, gradients, variables, strict=True
    ):
        optimizer.apply(slopes, moved)
    return (values, kept) if keep else values
