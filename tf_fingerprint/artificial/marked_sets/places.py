"""What of a set is in its folder: nothing, something begun, or all of it."""

import itertools
import json
import os
import pathlib
import shutil
from typing import Any

from tf_fingerprint import errors
from tf_fingerprint.artificial.marked_sets import checking
from tf_fingerprint.artificial.marked_sets import journal as journals

PICTURES, UNFINISHED = "pictures", ".unfinished"
MANIFEST = checking.MANIFEST


def begun_with(to: str | os.PathLike[str]) -> dict[str, Any] | None:
    """What a set was begun or finished with; None if there is none."""
    folder = pathlib.Path(to)
    head = _head(folder / MANIFEST)
    if head is not None:
        return head["settings"]
    return journals.Journal(folder / UNFINISHED).settings()


def finished(
    folder: pathlib.Path, settings: dict[str, Any]
) -> dict[str, Any] | None:
    """The manifest, if all is done but for what a kill may have left.

    `settings`: that it must have been written with. Returns as
    `embedding.embed` returns it; None if there is more to do.
    """
    unfinished = folder / UNFINISHED
    head = _head(folder / MANIFEST) or _head(unfinished / MANIFEST)
    if head is None:
        return None
    check_same(folder, head["settings"], settings)
    appear(folder)
    return head


def check_free(folder: pathlib.Path, *, resume: bool) -> None:
    """Raises a `RunError` if there is something that must not be touched."""
    try:
        there = {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return
    except OSError:  # A file, or a folder that is closed to us.
        there = {"?"}
    if there == {UNFINISHED}:
        if resume or not journals.Journal(folder / UNFINISHED).path.exists():
            return
        raise errors.RunError(
            f"{folder}: a set must be written into a new or empty folder. One "
            "was begun there. Go on with --resume, or remove the folder."
        )
    if there:
        raise errors.RunError(
            f"{folder}: a set must be written into a new or empty folder. "
            "There is something already. Choose another."
        )


def check_same(
    folder: pathlib.Path, begun: dict[str, Any], settings: dict[str, Any]
) -> None:
    """Raises a `RunError` unless a set was begun with these settings."""
    differing = [name for name in settings if begun.get(name) != settings[name]]
    differing += [name for name in begun if name not in settings]
    if differing:
        raise errors.RunError(
            f"{folder}: a set must be finished with what it was begun with. "
            f"Different: {', '.join(differing)}. Call as at first, or write to "
            "another folder."
        )


def appear(folder: pathlib.Path) -> None:
    """Lets pictures and manifest appear, whatever of it is still to do."""
    unfinished = folder / UNFINISHED
    for name in (PICTURES, MANIFEST):
        if (unfinished / name).exists():
            (unfinished / name).rename(folder / name)
    shutil.rmtree(unfinished, ignore_errors=True)


def _head(path):
    """A manifest, if there is one, without its list of files."""
    try:
        with path.open(encoding="utf-8") as file:
            # As `checking.write` writes it: the list may be long.
            head = itertools.takewhile(checking.FILES_LINE.__ne__, file)
            text = "".join(head).removesuffix(",\n")
        return json.loads(text + "}")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise errors.RunError(
            f"{path}: can't be read as the manifest of a set. {error!r}. "
            "Choose another folder."
        ) from error
