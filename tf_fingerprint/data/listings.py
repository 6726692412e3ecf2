"""Which pictures a source holds, whatever kind of source it is."""

import os
import pathlib

from tf_fingerprint import errors
from tf_fingerprint.data import procedural
from tf_fingerprint.data import sources
from tf_fingerprint.data import tfds


def list_pictures(
    source: str | os.PathLike,
    resolution: int,
    max_images: int | None = None,
) -> sources.Listing:
    """The pictures of a source, by its kind; none is decoded yet.

    Args:
        source: As in `data.load`.
        resolution: Of those that are drawn for it.
        max_images: Take only the first so many.

    Raises:
        DataError: If the source doesn't exist or holds no pictures.
    """
    source = str(source)
    kind, _, rest = source.partition(":")
    if kind == "procedural":
        return procedural.list_procedural(rest, resolution, max_images)
    if kind == "tfds":
        return tfds.list_tfds(rest, max_images)
    path = pathlib.Path(source).expanduser()
    if path.is_dir():
        return sources.list_folder(path, max_images)
    check_exists(source)
    if path.suffix.lower() != ".zip":
        raise errors.DataError(
            f"{source}: must be a folder or a .zip archive of pictures. Unpack "
            "it, or put single pictures into a folder."
        )
    return sources.list_zip(path, max_images)


def check_exists(source: str | os.PathLike) -> None:
    """Raises a `DataError` if a source is the path of nothing."""
    is_path = str(source).partition(":")[0] not in ("procedural", "tfds")
    if is_path and not pathlib.Path(source).expanduser().exists():
        raise errors.DataError(
            f"{source}: no such folder or file. A source is a folder, a .zip, "
            "`tfds:NAME` or `procedural`."
        )
