"""Where the pictures of each source lie; nothing is decoded yet."""

import dataclasses
import os
import pathlib

from tf_fingerprint import errors
from tf_fingerprint.config import passive as passive_config
from tf_fingerprint.data import sources as listings

# Folders of a division that is there already.
TRAIN, TEST = "train", "test"


@dataclasses.dataclass(frozen=True)
class Folders:
    """Where the pictures of each source lie.

    `test`: folder of each source's pictures to be measured on; None where those
    are to be chosen from all.
    """

    labels: tuple[str, ...]
    training: tuple[pathlib.Path, ...]
    test: tuple[pathlib.Path, ...] | None


def of_settings(wanted: passive_config.Data) -> Folders:
    """The sources that a config names; raises unless there are two."""
    if not wanted.source:
        raise errors.ConfigError(
            "`data.source` must be set to train: a folder that holds one "
            "folder of pictures for each source. Received none. Add it under "
            "`[data]`, or give `--set data.source=DIR`."
        )
    return find(wanted.source, leave_out=wanted.leave_out)


def find(
    folder: str | os.PathLike[str], *, leave_out: str = "", at_least: int = 2
) -> Folders:
    """Finds the sources, and that each holds pictures, before any is read.

    `leave_out`: label of a source to do without; empty for none.
    """
    folder = pathlib.Path(folder).expanduser()
    names = _folders_in(folder)
    if {TRAIN, TEST} <= set(names):
        labels, others = (_folders_in(folder / part) for part in (TRAIN, TEST))
        if labels != others:
            raise errors.DataError(
                f"{folder}: `train` and `test` must hold the same sources. "
                f"Only one of them has {', '.join(set(labels) ^ set(others))}. "
                "Add the missing folders."
            )
        bases = [folder / TRAIN, folder / TEST]
    elif {TRAIN, TEST} & set(names):
        raise errors.DataError(
            f"{folder}: must hold both `train` and `test`, or neither. "
            f"Received {', '.join(names)}. Add the other, or rename a source "
            "that is called so."
        )
    else:
        labels, bases = names, [folder]
    labels = _left(folder, labels, leave_out)
    if len(labels) < at_least:
        raise errors.DataError(
            f"{folder}: must hold at least {at_least} sources, each a folder "
            f"of pictures. Found {len(labels)}: {', '.join(labels) or 'none'}. "
            "Add folders of pictures, one a source."
        )
    lists = [tuple(base / label for label in labels) for base in bases]
    for path in (path for paths in lists for path in paths):
        listings.list_folder(path, None)  # Raises if it is empty.
    return Folders(tuple(labels), lists[0], lists[1] if lists[1:] else None)


def _folders_in(folder):
    """Names of the folders in a folder, sorted; pictures beside them raise."""
    if not folder.is_dir():
        raise errors.DataError(
            f"{folder}: there is no such folder. Give one that holds a folder "
            "of pictures for each source."
        )
    extensions = listings.picture_extensions()
    entries = [
        path for path in folder.iterdir() if not path.name.startswith(".")
    ]
    loose = sorted(
        path.name
        for path in entries
        if path.is_file() and path.suffix.lower() in extensions
    )
    if loose:
        raise errors.DataError(
            f"{folder}: pictures must lie in their sources' folders. Found "
            f"{len(loose)} outside of any, such as {loose[0]}. Move them into "
            "a folder whose name is their label."
        )
    names = (path.name for path in entries if path.is_dir())
    return sorted(name for name in names if name != "__MACOSX")


def _left(folder, labels, leave_out):
    """The labels without the one that is left out."""
    if leave_out and leave_out not in labels:
        raise errors.DataError(
            f"{folder}: the source to leave out must be there. Received "
            f"`{leave_out}`; found {', '.join(labels) or 'none'}."
        )
    return [label for label in labels if label != leave_out]
