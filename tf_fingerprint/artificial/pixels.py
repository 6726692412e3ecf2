"""From 8-bit pixels to the codec's range [0, 1], and back."""

import numpy as np


def to_unit(images) -> np.ndarray:
    """Pixels 0 to 255 as float32 in [0, 1], the range of a codec.

    `images`: `uint8`, any shape.

    Example:

    >>> to_unit(np.array([0, 255], "uint8")).tolist()
    [0.0, 1.0]
    """
    return np.asarray(images, "float32") / np.float32(255)


def to_pixels(images) -> np.ndarray:
    """Images in [0, 1] as 8-bit pixels, rounded to the nearest.

    Example:

    >>> to_pixels([-0.5, 0.0, 0.5, 1.0]).tolist()
    [0, 0, 128, 255]
    """
    return np.rint(np.clip(np.asarray(images), 0, 1) * 255).astype("uint8")


def faded(images, encoded, strength: float) -> np.ndarray:
    """A part of what a codec did to its photographs.

        x + strength (E(x, c) - x)

    `images`: the photographs, in [0, 1]; `strength`: 1 leaves everything, 0 the
    photographs.
    """
    encoded = np.asarray(encoded, "float32")
    if strength == 1:
        return encoded  # To the bit.
    return images + np.float32(strength) * (encoded - images)
