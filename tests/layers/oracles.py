"""The same operations in NumPy, slowly, as the paper's formulae read."""

import numpy as np

TAPS = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64


def padded(features, before, after):
    return np.pad(features, ((0, 0), (before, after), (before, after), (0, 0)))


def correlated(features, kernel, stride=1):
    """Every output is a sum over the window below it; no padding."""
    size = kernel.shape[0]
    batch, height, width, _ = features.shape
    rows = (height - size) // stride + 1
    columns = (width - size) // stride + 1
    outputs = np.zeros((batch, rows, columns, kernel.shape[-1]))
    for row in range(rows):
        for column in range(columns):
            y, x = row * stride, column * stride
            window = features[:, y : y + size, x : x + size]
            outputs[:, row, column] = np.einsum("bhwi,hwio->bo", window, kernel)
    return outputs


def transposed(features, kernel):
    """Every input paints the kernel, two pixels on from the last."""
    batch, height, width, _ = features.shape
    size = kernel.shape[0]
    shape = (batch, 2 * height - 2 + size, 2 * width - 2 + size)
    outputs = np.zeros((*shape, kernel.shape[-1]))
    for row in range(height):
        for column in range(width):
            y, x = 2 * row, 2 * column
            outputs[:, y : y + size, x : x + size] += np.einsum(
                "bi,hwio->bhwo", features[:, row, column], kernel
            )
    return outputs


def filtered(features, before, after, gain=1):
    channels = features.shape[-1]
    kernel = TAPS[:, :, None, None] * gain * np.eye(channels)
    return correlated(padded(features, before, after), kernel)


def spread(features):
    """A zero after every pixel, in both directions."""
    batch, height, width, channels = features.shape
    outputs = np.zeros((batch, 2 * height, 2 * width, channels))
    outputs[:, ::2, ::2] = features
    return outputs


def upsampled(features):
    return filtered(spread(features), 2, 1, gain=4)


def downsampled(features):
    return filtered(features, 1, 1)[:, ::2, ::2]


def convolved(features, kernel, resample=None):
    size = kernel.shape[0]
    if resample == "up":
        return filtered(transposed(features, kernel), 1, 1, gain=4)
    if resample == "down":
        pad = 2 if size == 3 else 1
        return correlated(filtered(features, pad, pad), kernel, stride=2)
    return correlated(padded(features, size // 2, size // 2), kernel)


def leaky(features):
    return np.where(features > 0, features, 0.2 * features) * np.sqrt(2)


def normal(*shape, seed=0):
    values = np.random.default_rng(seed).normal(size=shape)
    return values.astype("float32")
