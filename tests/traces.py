"""Looks for a vector in weights and in files, however it is written."""

import numpy as np

ALIKE = 0.95


def weights_tracing(vector, arrays):
    """Indices of the arrays that hold the vector, shifted and scaled at will.

    Slides along every axis and compares by correlation, which neither factor
    nor offset changes: 0 and 1, -1 and 1, or a kernel times the vector.
    """
    vector = (vector - np.mean(vector)) / np.std(vector)
    found = []
    for index, array in enumerate(arrays):
        if any(_correlates(line, vector) for line in _lines(array)):
            found.append(index)
    return found


def bytes_tracing(bits, content):
    """Names of the ways in which the bits are written in the bytes."""
    ways = {"packed": np.packbits(bits).tobytes()}
    ways["packed, last bit first"] = np.packbits(bits, bitorder="little")
    ways["text"] = "".join(map(str, bits)).encode()
    ways["list"] = str(bits.tolist()).encode()
    ways["hex"] = np.packbits(bits).tobytes().hex().encode()
    for kind in ("uint8", "int32", "int64", "float16", "float32", "float64"):
        ways[kind] = bits.astype(kind)
        if kind != "uint8":
            ways[f"signed {kind}"] = (2 * bits.astype(kind)) - 1
    return [name for name, way in ways.items() if bytes(way) in content]


def _lines(array):
    yield array.ravel()
    for axis in range(array.ndim):
        yield np.moveaxis(array, axis, -1).ravel()


def _correlates(line, vector):
    length = len(vector)
    if len(line) < length:
        return False
    windows = np.lib.stride_tricks.sliding_window_view(line, length)
    deviations = windows.std(axis=1) + 1e-12
    correlations = windows @ vector / (length * deviations)
    return np.abs(correlations).max() > ALIKE
