"""What pictures are made of, and where they go: numbers, PNG files, grids."""

import os
import pathlib

import numpy as np
from PIL import Image

from tf_fingerprint import data
from tf_fingerprint.training import grids

# Pictures made at a time.
BATCH = 64


def normal(seed, numbers, shape):
    """Standard normal numbers of some pictures, each with its own stream.

    Picture 7 of seed 0 starts from the same numbers whether it is made alone
    or among a thousand.

    Args:
        seed: Of all pictures.
        numbers: Which pictures, from 0.
        shape: What one picture takes.

    Returns:
        `(pictures, *shape)`, float32.
    """
    streams = (
        np.random.Generator(np.random.Philox(key=np.uint64([seed, number])))
        for number in numbers
    )
    return np.stack(
        [each.standard_normal(shape, "float32") for each in streams]
    )


def make(pictures, generator, *, count, seed, first=0):
    """Makes pictures as they will be saved.

    Args:
        pictures: An example's, from generator, seed and numbers to images in
            [-1, 1].
        generator: Its network.
        count: How many.
        seed: Of all of them.
        first: Number of the first.

    Yields:
        `(at most BATCH, resolution, resolution, 3)`, uint8.
    """
    for start in range(first, first + count, BATCH):
        numbers = range(start, min(start + BATCH, first + count))
        yield data.to_pixels(pictures(generator, seed, numbers))


def save(batches, folder, *, first=0):
    """Writes pictures as 8-bit PNG files, `000000.png` and so on.

    Args:
        batches: From `make`.
        folder: Where they go.
        first: Number of the first.

    Returns:
        How many.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    number = first
    for batch in batches:
        for image in batch:
            path = folder / f"{number:06d}.png"
            draft = folder / f".draft-{path.name}"
            Image.fromarray(image).save(draft, "PNG")
            os.replace(draft, path)
            number += 1
    return number - first


def save_grid(images, path):
    """Writes a sheet of pictures side by side.

    Args:
        images: A square number of them, uint8.
        path: A PNG file.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".draft-{path.name}")
    grids.tile(images).save(draft, "PNG")
    os.replace(draft, path)
