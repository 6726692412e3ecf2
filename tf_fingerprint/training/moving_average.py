"""Copies of a network, and the moving average of its weights."""


def clone(network):
    """A network of the same kind, arguments and weights.

    Returns another, which shares no weight with it.
    """
    copy = type(network).from_config(network.get_config())
    copy.set_weights(network.get_weights())
    return copy


def update(average, network, decay):
    """Moves an average towards a network; right on every replica.

    `decay`: share of the average that stays, 0 to 1.
    """
    # `weights`, not `variables`: those hold the states of seeds too.
    for mean, weight in zip(average.weights, network.weights, strict=True):
        mean.assign(weight + decay * (mean - weight))
