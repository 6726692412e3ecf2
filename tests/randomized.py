"""Weights as after a training: no bias and no strength is zero any more."""

import numpy as np


def randomize(model, seed=0):
    """Draws all that isn't drawn at first: biases and noise strengths."""
    random = np.random.default_rng(seed)
    for weight in model.weights:
        if len(weight.shape) < 2:
            # The embedding's learning rate multiplier takes the 100 away.
            scale = 100 if "embedding" in weight.path else 1
            weight.assign(0.3 * scale * random.normal(size=weight.shape))
    return model
