"""Files that are there whole or not at all, and pictures as files."""

import os
import pathlib
import secrets
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tf_fingerprint import errors


def write(path: pathlib.Path, content: bytes | str) -> None:
    """Writes a file wholly or not at all; an earlier one is replaced.

    `path`: the file; its folder is made if need be. `content`: all of it; text
    as UTF-8. Raises `OSError` if it can't be written; an earlier file is
    untouched.
    """
    if isinstance(content, str):
        content = content.encode("utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        draft.write_bytes(content)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def reserve(path: pathlib.Path, num_bytes: int) -> None:
    """Makes a file so large, of anything; raises `OSError` without room."""
    with open(path, "wb") as file:
        if hasattr(os, "posix_fallocate"):  # On Linux.
            os.posix_fallocate(file.fileno(), 0, num_bytes)


def check_new(folder: pathlib.Path, what: str) -> None:
    """Raises a `RunError` unless the folder is new or empty.

    `what`: what is to be written, such as "an instance".
    """
    try:
        is_free = not folder.exists() or not any(folder.iterdir())
    except OSError:  # A file, or a folder that is closed to us.
        is_free = False
    if not is_free:
        raise errors.RunError(
            f"{folder}: {what} must go into a new or empty folder. There is "
            "something already. Choose another."
        )


def write_pictures(
    images: npt.NDArray[np.uint8],
    folder: pathlib.Path,
    *,
    extension: str = ".png",
    **settings: Any,
) -> list[pathlib.Path]:
    """Writes pictures as numbered files.

    `images`: `(images, height, width, channels)`; `**settings`: for Pillow,
    such as `quality=90`. Returns the files, in order.
    """
    digits = max(2, len(str(len(images) - 1)))
    paths = [
        folder / f"{number:0{digits}}{extension}"
        for number in range(len(images))
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, pixels in zip(paths, images, strict=True):
            # Of grey pictures Pillow wants no axis for channels.
            grey = pixels.shape[-1] == 1
            image = Image.fromarray(pixels[..., 0] if grey else pixels)
            image.save(path, **settings)
    except OSError as error:
        raise errors.RunError(
            f"{folder}: the pictures can't be written. {error}."
        ) from error
    return paths
