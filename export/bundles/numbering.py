"""Weights that say where they come from, to find them in any file.

Every weight of a network gets a number of its own. Wherever a converter then
puts it, and however it permutes the axes, the number says which weight belongs
there in every other instance of the same network.
"""

import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors

# The bit pattern of 8,388,609.0. From there on to infinity lie 880 million
# patterns, and none of the constants that graphs hold.
_FIRST = 0x4B000001
_MAX_WEIGHTS = 0x7F800000 - _FIRST


def numbered(num_weights: int) -> npt.NDArray[np.float32]:
    """Weights that are all different: `places_of` knows the number of each.

    Returns `(num_weights,)`, finite.
    """
    if not 0 < num_weights <= _MAX_WEIGHTS:
        raise ValueError(
            f"`num_weights` must lie between 1 and {_MAX_WEIGHTS}. Received "
            f"{num_weights}."
        )
    patterns = np.arange(_FIRST, _FIRST + num_weights, dtype=np.uint32)
    return patterns.view(np.float32)


def places_of(
    values: npt.NDArray[np.float32], num_weights: int
) -> npt.NDArray[np.int64] | None:
    """Which weights an array of a template holds.

    Returns the weights' numbers, in the shape of `values`; or None if it holds
    no weights. Raises `errors.ExportError` if it holds weights and something
    else, so that something was computed from weights.
    """
    patterns = np.ascontiguousarray(values, "<f4").view("<u4")
    places = patterns.astype(np.int64) - _FIRST
    are_weights = (places >= 0) & (places < num_weights)
    if not are_weights.any():
        return None
    if not are_weights.all():
        raise errors.ExportError(
            "The numbers of a converted model must be weights as they were, or "
            "none. Some arrays hold both. Leave this format out of `formats`, "
            "or convert with another version of the converter."
        )
    return places.reshape(values.shape)


def shortest(
    places: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64] | slice:
    """Numbers of weights as a slice if they are in a row.

    Copying beats gathering, and a slice is soon sent to another process.

    Returns what takes the weights from a vector, one after the other.
    """
    flat = places.ravel()
    first, last = int(flat[0]), int(flat[-1])
    if last - first + 1 == len(flat) and np.all(np.diff(flat) == 1):
        return slice(first, last + 1)
    return flat


def check_complete(
    places: list[npt.NDArray[np.int64]], num_weights: int, what: str
) -> None:
    """Raises an `ExportError` unless every weight was found exactly once."""
    found = np.zeros(num_weights, np.int64)
    for each in places:
        np.add.at(found, each.ravel(), 1)
    wrong = int(np.count_nonzero(found != 1))
    if wrong:
        raise errors.ExportError(
            f"{what}: every weight must be written once. {wrong} of "
            f"{num_weights} are missing or there twice. Leave this format out "
            "of `formats`, or convert with another version of the converter."
        )
