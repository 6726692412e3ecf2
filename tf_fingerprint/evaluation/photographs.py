"""Photographs to compare with, in the form of a run's pictures."""

import hashlib
import io
import os
import pathlib
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tf_fingerprint import config
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.data import sources as data_sources

# Pictures of a source whose size is looked at.
_PEEKED = 8

# What files and archives that are broken meet.
_BROKEN = (OSError, ValueError, SyntaxError, zipfile.BadZipFile, zlib.error)


def sources(
    paths: Sequence[str | os.PathLike[str]],
    form: config.Data,
    *,
    progress: bool = False,
) -> tuple[npt.NDArray[np.uint8] | None, dict[str, Any] | None]:
    """The pixels of all sources, and what a report says of them.

    `form`: what the run was trained on: resolution, channels, crop. Returns
    `(photographs, resolution, resolution, channels)`, `uint8`; and their
    sources, number and digest. None and None if there is no source.
    """
    if not paths:
        return None, None
    for path in paths:
        _check_size(path, form.resolution)
    loaded = [
        data.load(
            path,
            resolution=form.resolution,
            channels=form.channels,
            crop=form.crop,
            progress=progress,
        )
        for path in paths
    ]
    pixels = np.concatenate([each.images for each in loaded])
    digest = hashlib.sha256("\n".join(each.digest for each in loaded).encode())
    return pixels, {
        "sources": ", ".join(pathlib.Path(path).name for path in paths),
        "count": len(pixels),
        "digest": digest.hexdigest(),
    }


def _check_size(source, resolution):
    """Raises if the first pictures would have to be enlarged."""
    path = pathlib.Path(source)
    if path.is_dir():
        listing = data_sources.list_folder(path, _PEEKED)
    elif path.is_file() and path.suffix.lower() == ".zip":
        listing = data_sources.list_zip(path, _PEEKED)
    else:
        return
    for name, read in listing.pictures:
        size = _size(read)
        if size is not None and min(size) < resolution:
            raise errors.DataError(
                f"{source}: photographs must be at least {resolution} x "
                f"{resolution}, as the run's pictures are. Received "
                f"{' x '.join(map(str, size))} in {name}. Enlarged ones are "
                "blurred, and figures on them say nothing."
            )


def _size(read):
    """Width and height; None of a broken file, which loading will report."""
    try:
        with Image.open(io.BytesIO(read())) as image:
            return image.size
    except _BROKEN:
        return None
