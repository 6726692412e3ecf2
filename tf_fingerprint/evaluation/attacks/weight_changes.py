"""What a recipient may do to a copy's weights, array by array.

Strengths are relative to an array's own standard deviation, as in the papers,
whose convolutions store weights of standard deviation 1.
"""

from collections.abc import Callable

import keras
import ml_dtypes
import numpy as np
import numpy.typing as npt

Weights = list[npt.NDArray]


def rounded(array: npt.NDArray, decimals: float) -> npt.NDArray:
    """Rounds to so many decimals of the array's standard deviation.

    `decimals`: as in `np.round`: 0 rounds to whole standard deviations. Returns
    the same shape. What is constant stays as it is.

    Reference:
        Yu et al., 2021, Section 4.4 (https://arxiv.org/abs/2007.08457).
    """
    step = 10.0**-decimals * array.std()
    if not step:
        return array
    return (np.rint(array / step) * step).astype(array.dtype)


def noisy(
    array: npt.NDArray, strength: float, random: np.random.Generator
) -> npt.NDArray:
    """Adds Gaussian noise.

    `strength`: standard deviation of the noise over that of the array.

    Reference:
        Yu et al., 2021, Section 4.4 (https://arxiv.org/abs/2007.08457).
    """
    noise = random.standard_normal(array.shape) * (strength * array.std())
    return (array + noise).astype(array.dtype)


def cast(array: npt.NDArray, name: str) -> npt.NDArray:
    """Rounds to a shorter type of floating-point numbers.

    `array`: float32; `name`: `float16` or `bfloat16`. Returns float32 again.
    """
    kinds = {"float16": np.float16, "bfloat16": ml_dtypes.bfloat16}
    return array.astype(kinds[name]).astype(array.dtype)


def quantized(array: npt.NDArray, num_bits: int, axis: int) -> npt.NDArray:
    """Rounds to signed integers of so many bits, with a scale per channel.

        q = round(w / s), s = max |w| / (2^(num_bits - 1) - 1)

    `num_bits`: 8 for what int8 deployments hold; at least 2. `axis`: of the
    output channels, each of which has its own scale. Returns what the integers
    stand for, in the array's shape and type.
    """
    others = tuple(i for i in range(array.ndim) if i != axis % array.ndim)
    levels = 2 ** (num_bits - 1) - 1
    scale = np.abs(array).max(axis=others, keepdims=True) / levels
    scale = np.where(scale > 0, scale, 1)
    return (np.rint(array / scale) * scale).astype(array.dtype)


def pruned(array: npt.NDArray, share: float) -> npt.NDArray:
    """Sets the smallest numbers to 0.

    `share`: of its numbers, from 0 to 1.
    """
    count = round(share * array.size)
    result = array.copy()
    # A view of the copy: both are contiguous.
    result.reshape(-1)[np.argsort(np.abs(array), axis=None)[:count]] = 0
    return result


def mixed(weights: Weights, others: Weights, share: float) -> Weights:
    """The weighted mean of two copies of one generator.

    `share`: of the other, from 0 to 1; 0.5 is the plain average. Returns
    weights of a copy that both have made.
    """
    return [
        ((1 - share) * one + share * another).astype(one.dtype)
        for one, another in zip(weights, others, strict=True)
    ]


def changed(
    network: keras.Model,
    weights: Weights,
    change: Callable[[npt.NDArray, int], npt.NDArray],
    *,
    biases: bool = False,
) -> Weights:
    """Changes a copy's learned weights; its fixed filters stay.

    `weights`: in its order; `change`: from an array and the axis of its output
    channels to the array to put in its place; `biases`: whether biases are
    changed too, or kernels alone.
    """
    result = list(weights)
    places = {each.path: i for i, each in enumerate(network.weights)}
    for layer in network.layers:
        axis = 2 if isinstance(layer, keras.layers.Conv2DTranspose) else -1
        # Biases of convolutions that enlarge stand at the filter after them.
        is_filter = isinstance(layer, keras.layers.DepthwiseConv2D)
        for weight in layer.weights:
            place = places[weight.path]
            if not weight.path.endswith("/bias"):
                if layer.trainable:
                    result[place] = change(weights[place], axis)
            elif biases and (layer.trainable or is_filter):
                result[place] = change(weights[place], -1)
    return result
