"""From 8-bit pixels to the networks' range [-1, 1], and back."""

import numpy as np


def to_unit(images) -> np.ndarray:
    """Pixels 0 to 255 as float32 in [-1, 1], the range the networks work in.

    Args:
        images: `uint8`, any shape.

    Returns:
        `float32` of the same shape.

    Example:

    >>> to_unit(np.array([0, 255], "uint8")).tolist()
    [-1.0, 1.0]
    """
    return np.asarray(images, "float32") / np.float32(127.5) - np.float32(1)


def to_pixels(images) -> np.ndarray:
    """Images in [-1, 1] as 8-bit pixels, rounded to the nearest.

    Values outside the range are clipped, as in any saved picture. Undoes
    `to_unit` exactly.

    Args:
        images: Floats, any shape; NumPy, TensorFlow or any array that NumPy
            can read.

    Returns:
        `uint8` of the same shape.

    Example:

    >>> to_pixels([-1.5, -1.0, 0.0, 1.0]).tolist()
    [0, 0, 128, 255]
    """
    levels = (np.asarray(images, "float32") + 1) * 127.5
    return np.rint(np.clip(levels, 0, 255)).astype("uint8")
