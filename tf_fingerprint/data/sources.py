"""Where pictures come from: a folder, a zip, or tensorflow-datasets.

Each source lists its pictures before any is decoded, so that a wrong path or
an empty folder is known at once. What is a picture is told by a file's first
bytes; a name like one's is enough for a file that turns out to be broken.
"""

import collections
import dataclasses
import functools
import os
import pathlib
import zipfile
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from PIL import Image

from tf_fingerprint import errors
from tf_fingerprint.data import found_files
from tf_fingerprint.data import image_kinds


@dataclasses.dataclass(frozen=True)
class Listing:
    """The pictures of a source, not yet read.

    `num_pictures`: how many there are, before decoding shows some broken.
    `pictures`: pairs of a name and a function that returns the file's contents
    or the decoded array; in a fixed order. To be gone through once. `names`:
    their names, where they are known before; otherwise they are made of the
    pictures' places.
    """

    num_pictures: int
    pictures: Iterable[tuple[str, Callable[[], bytes | np.ndarray]]]
    names: Sequence[str] | None = None
    left_out: Mapping[str, int] = dataclasses.field(default_factory=dict)


def list_folder(folder: pathlib.Path, max_images: int | None) -> Listing:
    """All picture files in a folder and its sub-folders, sorted by path."""
    names, left_out = _pictures_among(
        found_files.walked(folder),
        folder,
        lambda name: _head(folder / name),
        max_images,
    )
    return Listing(
        len(names),
        ((name, (folder / name).read_bytes) for name in names),
        names,
        left_out,
    )


def list_zip(path: pathlib.Path, max_images: int | None) -> Listing:
    """All picture files in a zip archive, sorted by path."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise errors.DataError(
            f"{path}: can't be read as a zip archive. {error}"
        ) from error

    def head(name):
        with archive.open(name) as file:
            return file.read(image_kinds.HEAD_BYTES)

    inside = {info.filename for info in archive.infolist() if not info.is_dir()}
    names, left_out = _pictures_among(
        (each for each in inside if not found_files.is_system_file(each)),
        path,
        head,
        max_images,
    )
    # The archive closes when the last of these functions is forgotten.
    return Listing(
        len(names),
        ((name, functools.partial(archive.read, name)) for name in names),
        names,
        left_out,
    )


def _pictures_among(paths, source, read_head, max_images):
    """The picture files among the paths, sorted, at most `max_images`."""
    names, left_out = [], collections.Counter()
    for path in sorted(paths):
        if len(names) == max_images:
            break
        if any(part.startswith(".") for part in path.split("/")):
            continue  # Hidden: some program's own.
        kind = _kind(path, read_head)
        ending = os.path.splitext(path)[1].lower()
        is_named_so = kind is None and ending in picture_extensions()
        if kind in image_kinds.PICTURE_KINDS or is_named_so:
            names.append(path)
        else:
            left_out[kind or ending or "no extension"] += 1
    if not names:
        raise errors.DataError(
            f"{source}: must contain pictures, such as JPEG or PNG files. "
            f"{_what_else(left_out)}"
        )
    return names, dict(left_out)


def _kind(path, read_head):
    try:
        return image_kinds.kind_of(read_head(path), path)
    except Exception:  # Whoever reads it all will be told why it can't be.
        return None


def _head(path):
    if not path.is_file():  # A pipe would be waited for.
        return b""
    with open(path, "rb") as file:
        return file.read(image_kinds.HEAD_BYTES)


def described(left_out: Mapping[str, int]) -> str:
    """Kinds of files and their numbers, such as `PDF (2), .txt (1)`."""
    counts = sorted(left_out.items(), key=lambda each: (-each[1], each[0]))
    named = ", ".join(f"{kind} ({count})" for kind, count in counts[:5])
    return named + (", and others" if len(counts) > 5 else "")


def _what_else(left_out):
    """What lies there instead of pictures."""
    if not left_out:
        return "It is empty."
    return f"Found {sum(left_out.values())} other files: {described(left_out)}."


@functools.cache
def picture_extensions() -> frozenset[str]:
    """Extensions of the files that are read as pictures, such as `.png`."""
    kinds = image_kinds.formats()
    return frozenset(
        extension
        for extension, kind in Image.registered_extensions().items()
        if kind in kinds
    )
