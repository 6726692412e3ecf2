"""A file of weights like MobileNet's, of one layer."""

import numpy as np


def save_tiny_weights(folder, num_features=5):
    """One convolution from colours to features; returns the file."""
    path = folder / "features.npz"
    kernel = np.random.default_rng(0).integers(
        0, 256, (3, 3, 3, num_features), "uint8"
    )
    np.savez(
        path,
        **{"strides": np.int32([8]), "00_dw": np.bool_(False)},
        **{"00_w": kernel, "00_scale": np.float32(0.01)},
        **{"00_zero": np.int32(128)},
        **{"00_bias": np.full(num_features, 1, "float32")},
    )
    return path
