"""Photographs apart: for generators, for classifiers, for tests."""

import os
import shutil

import drawing
import numpy as np

from tf_fingerprint import data
from tf_fingerprint import errors


def divide(folder, group, resolution, options):
    """Writes photographs apart: for generators, for classifiers, for tests.

    Every so many of them, in the order of their names, are for tests alone.

    Args:
        folder: Of all sources.
        group: Of the sources.
        resolution: Height and width, in pixels.
        options: Of the command line.

    Returns:
        Folder of the photographs that generators may see.

    Raises:
        errors.DataError: If there are too few.
    """
    seen = folder / f"photographs_{resolution}"
    parts = [
        seen,
        folder / group / "train" / "real",
        folder / group / "test" / "real",
    ]
    if all(part.is_dir() for part in parts):
        return seen
    images = data.load(options.photographs, resolution=resolution).images
    real = options.real_pictures
    if real is None:
        real = options.pictures
    wanted = real + options.test_pictures
    if len(images) < wanted:
        raise errors.DataError(
            f"{options.photographs}: must hold at least {wanted} photographs, "
            f"{real} to train and {options.test_pictures} to test. "
            f"Received {len(images)}. Ask for fewer by `--real-pictures` (or "
            "`--pictures`) and `--test-pictures`."
        )
    places = np.linspace(0, len(images), options.test_pictures, False)
    is_test = np.zeros(len(images), bool)
    is_test[places.astype(int)] = True
    others = images[~is_test]
    chosen = (others, others[:real], images[is_test])
    for part, pictures in zip(parts, chosen, strict=True):
        write(part, [pictures])
    return seen


def write(folder, batches):
    """Writes a folder of pictures, wholly or not at all.

    Args:
        folder: Left as it is if it is there.
        batches: Of pictures, uint8.
    """
    if folder.is_dir():
        return
    draft = folder.with_name(f".draft-{folder.name}")
    shutil.rmtree(draft, ignore_errors=True)
    drawing.save(batches, draft)
    os.replace(draft, folder)
