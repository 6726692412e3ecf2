"""Where pictures come from: a folder, a zip, or tensorflow-datasets.

Each source lists its pictures before any is decoded, so that a wrong path or
an empty folder is known at once.
"""

import collections
import dataclasses
import functools
import os
import pathlib
import zipfile
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

import numpy as np
from PIL import Image

from tf_fingerprint import errors


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


def list_folder(folder: pathlib.Path, max_images: int | None) -> Listing:
    """All picture files in a folder and its sub-folders, sorted by path."""
    paths = [
        (pathlib.Path(parent) / file).relative_to(folder).as_posix()
        for parent, _, files in os.walk(folder)
        for file in files
    ]
    names = _picture_names(paths, folder, max_images)
    return Listing(
        len(names),
        ((name, (folder / name).read_bytes) for name in names),
        names,
    )


def list_zip(path: pathlib.Path, max_images: int | None) -> Listing:
    """All picture files in a zip archive, sorted by path."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise errors.DataError(
            f"{path}: can't be read as a zip archive. {error}"
        ) from error
    paths = [info.filename for info in archive.infolist() if not info.is_dir()]
    names = _picture_names(paths, path, max_images)
    # The archive closes when the last of these functions is forgotten.
    return Listing(
        len(names),
        ((name, functools.partial(archive.read, name)) for name in names),
        names,
    )


def _picture_names(paths, source, max_images):
    """The picture files among the paths, sorted, at most `max_images`."""
    extensions = picture_extensions()
    # Once each: of what an archive holds twice, the last is read.
    names = sorted(
        path
        for path in set(paths)
        if os.path.splitext(path)[1].lower() in extensions
        and not _is_hidden(path)
    )
    if not names:
        raise errors.DataError(
            f"{source}: must contain pictures, such as .jpg or .png files. "
            f"{_what_else(paths)}"
        )
    return names[:max_images]


def _is_hidden(path):
    """Whether a file is a system's own, like macOS's `__MACOSX/._cat.png`."""
    return any(
        part.startswith(".") or part == "__MACOSX" for part in path.split("/")
    )


def _what_else(paths):
    """What lies there instead of pictures."""
    if not paths:
        return "It is empty."
    counts = collections.Counter(
        os.path.splitext(path)[1] or "no extension" for path in paths
    )
    kinds = ", ".join(f"{kind} ({n})" for kind, n in counts.most_common(3))
    return f"Found {len(paths)} other files: {kinds}."


@functools.cache
def picture_extensions() -> frozenset[str]:
    """Extensions of the files that Pillow opens, such as `.png`."""
    return frozenset(
        extension
        for extension, kind in Image.registered_extensions().items()
        if kind in Image.OPEN
    )
