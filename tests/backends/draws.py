"""Random numbers that are the same on every backend, for comparisons."""

import math

import numpy as np
from keras import ops

from tf_fingerprint.backends import randomness

# A prime, so that every stride visits the whole table.
LENGTH = 4093
TABLE = np.random.default_rng(0).standard_normal(LENGTH).astype("float32")


def install(patch):
    """Makes all that trainings draw come from one table.

    Args:
        patch: `pytest.MonkeyPatch`.
    """
    for function in (step_seed, fold_in, split, normal, bits):
        patch.setattr(randomness, function.__name__, function)


def step_seed(seed, images):
    number = (7 * seed + 13 * images) % LENGTH
    return ops.convert_to_tensor(np.int32(number))


def fold_in(seed, number):
    return (31 * seed + 101 * number + 7) % LENGTH


def split(seed, count):
    return [(37 * seed + 53 * (index + 1)) % LENGTH for index in range(count)]


def normal(seed, shape):
    places = (11 * ops.arange(math.prod(shape), dtype="int32") + seed) % LENGTH
    return ops.reshape(ops.take(ops.convert_to_tensor(TABLE), places), shape)


def bits(seed, shape):
    return ops.cast(normal(seed, shape) > 0, "float32")
