"""Pictures found anywhere, in the form that a decoder takes."""

import io
import os
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tf_fingerprint import data

# What PNG holds without loss; other modes of Pillow's become RGB first.
_PNG_MODES = ("1", "L", "LA", "I", "I;16", "P", "RGB", "RGBA")


def as_array(
    images: Any, *, resolution: int, channels: int
) -> npt.NDArray[np.uint8]:
    """Pictures as one array, cut to the centred square and scaled if need be.

    `images`: an array of `(images, resolution, resolution, channels)` or of one
    image, `uint8`; or a picture file's path, its contents as `bytes`, or a
    Pillow image; or a sequence of such. `resolution`: height and width, in
    pixels. Returns `(images, resolution, resolution, channels)`, `uint8`.
    """
    if _is_one(images):
        images = [images]
    elif isinstance(images, np.ndarray):
        images = _checked(images, 4, resolution, channels)
    pictures = [_picture(each, resolution, channels) for each in images]
    shape = (len(pictures), resolution, resolution, channels)
    return np.array(pictures, np.uint8).reshape(shape)


def _is_one(images):
    """Whether this is one picture rather than several."""
    if isinstance(images, np.ndarray):
        return images.ndim == 3
    kinds = (str, bytes, bytearray, memoryview, os.PathLike, Image.Image)
    return isinstance(images, kinds)


def _picture(image, resolution, channels):
    """One picture, whatever it is given as."""
    if isinstance(image, np.ndarray):
        return _checked(image, 3, resolution, channels)
    if isinstance(image, Image.Image):
        image = _png(image)
    return data.read_image(image, resolution=resolution, channels=channels)


def _png(image):
    """A Pillow image as a PNG file's contents; EXIF stays with it."""
    orientation = image.getexif()
    if image.mode not in _PNG_MODES:
        image = image.convert("RGB")
    file = io.BytesIO()
    image.save(file, "PNG", exif=orientation)
    return file.getvalue()


def _checked(array, num_axes, resolution, channels):
    """The array itself, if a decoder can take it."""
    form = (resolution, resolution, channels)
    if array.dtype != np.uint8:
        raise ValueError(
            f"Images must be of type `uint8`. Received `{array.dtype}`. If "
            "they lie in [-1, 1], pass `data.to_pixels(images)`."
        )
    if array.ndim != num_axes or array.shape[-3:] != form:
        raise ValueError(
            f"Images must be {' x '.join(map(str, form))}, as the decoder was "
            "trained. Received an array of "
            f"{' x '.join(map(str, array.shape))}. Files and Pillow images of "
            "any size are cut and scaled; pass those."
        )
    return array
