"""The runs below a folder, as rows to be compared; needs no TensorFlow."""

import datetime
import os
import pathlib
from collections.abc import Iterator
from typing import Any

from tf_fingerprint import config
from tf_fingerprint import errors
from tf_fingerprint.runs import directory
from tf_fingerprint.runs import log

# Folders of a run in which there are no other runs.
_INSIDE = ("checkpoints", "grids", "tensorboard")

# Any of them says that a training came to its end.
_FINISHED = (directory.DECODER, "classifier.keras", "visualization.keras")


def found(folder: pathlib.Path) -> Iterator[dict[str, Any] | errors.RunError]:
    """A row for each run below a folder, by path; or why it can't be read.

    Keys: `run`, `method`, `resolution`, `num_bits`, `images` seen and
    `of_images` planned, `active_bits`, `bit_accuracy`, `finished`, `changed_at`
    (ISO 8601, UTC); None where a method has no such thing.
    """
    if not folder.is_dir():
        raise errors.RunError(
            f"{folder}: must be a folder with runs. There is none. Check the "
            "path."
        )
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - set(_INSIDE))
        if directory.CONFIG in names:
            yield _row(pathlib.Path(parent))


def _row(folder):
    try:
        settings = config.read(folder / directory.CONFIG)
    except errors.ConfigError as error:
        return errors.RunError(f"{folder}: can't be read as a run. {error}")
    last = (log.read(folder) or [{}])[-1]
    changed = max(each.stat().st_mtime for each in folder.iterdir())
    networks = getattr(settings, "networks", None)
    return {
        "run": str(folder),
        "method": settings.method,
        "resolution": settings.data.resolution,
        "num_bits": getattr(networks, "num_bits", None),
        "images": _whole(last.get("images")),
        "of_images": settings.training.images,
        "active_bits": _whole(last.get("active_bits")),
        "bit_accuracy": last.get("bit_accuracy"),
        "finished": any((folder / name).exists() for name in _FINISHED),
        "changed_at": datetime.datetime.fromtimestamp(
            changed, datetime.UTC
        ).isoformat(timespec="seconds"),
    }


def _whole(number):
    return None if number is None else int(number)
