"""Pictures as the contents of files, and back."""

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image


def encoded(
    images: npt.NDArray[np.uint8], form: str, **settings: int
) -> list[bytes]:
    """The contents of each picture's file.

    `images`: `(images, height, width, channels)`, `uint8`; `**settings`: for
    Pillow, such as `quality=90`.
    """
    contents = []
    for image in images:
        file = io.BytesIO()
        pixels = image[..., 0] if image.shape[-1] == 1 else image
        Image.fromarray(pixels).save(file, form, **settings)
        contents.append(file.getvalue())
    return contents


def decoded(contents: Sequence[bytes], channels: int) -> npt.NDArray[np.uint8]:
    """Pictures from their files.

    Returns `(images, height, width, channels)`, `uint8`.
    """
    mode = "L" if channels == 1 else "RGB"
    images = [
        np.asarray(Image.open(io.BytesIO(content)).convert(mode))
        for content in contents
    ]
    stacked = np.stack(images)
    return stacked.reshape(*stacked.shape[:3], channels)
