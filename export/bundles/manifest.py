"""Manifests: what a bundle holds, file by file. Needs no TensorFlow."""

import hashlib
import json
import os
import pathlib
import stat
from collections.abc import Mapping
from typing import Any

from tf_fingerprint import errors

MANIFEST, SIGNATURE = "manifest.json", "model.sig"

FORMAT = "tf-fingerprint bundle 1"

# A manifest can't hold its own hash, and a signature is over the rest.
_OUTSIDE = {MANIFEST, SIGNATURE}


def write(folder: pathlib.Path, facts: Mapping[str, Any]) -> None:
    """Writes `manifest.json`: facts, and size and SHA-256 of every file."""
    files = {
        name: {
            "bytes": (folder / name).stat().st_size,
            "sha256": _sha256(folder / name),
        }
        for name in sorted(_entries(folder))
        if not name.endswith("/")
    }
    manifest = {"format": FORMAT, **facts, "files": files}
    manifest["digest"] = _digest(manifest)
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Reads a bundle's manifest.

    Returns what it holds; `files` maps each name to `bytes` and `sha256`.
    """
    path = pathlib.Path(folder, MANIFEST)
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise errors.ExportError(
            f"{folder}: a bundle must have a `{MANIFEST}`. It can't be read: "
            f"{error.strerror}. Is this the folder of a bundle?"
        ) from error
    except ValueError as error:
        raise _changed(folder, MANIFEST) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise errors.ExportError(
            f"{path}: must be the manifest of a bundle, `{FORMAT}`. It is "
            "something else. Was it written by another version?"
        )
    if manifest.get("digest") != _digest(manifest):
        raise _changed(folder, MANIFEST)
    return manifest


def check(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Compares every file of a bundle with its manifest.

    Raises `errors.ExportError` naming the first file, in the order of their
    names, that was changed, added or removed.
    """
    folder = pathlib.Path(folder)
    manifest = read(folder)
    files = manifest["files"]
    found = _entries(folder)
    folders = {
        f"{parent}/"
        for name in files
        for parent in pathlib.PurePosixPath(name).parents
        if parent.name
    }
    for name in sorted(found | files.keys()):
        if name in folders:
            continue
        if name not in files:
            raise errors.ExportError(
                f"{folder}: {name} was added to the bundle. Everything else "
                "may have been changed too; get the bundle anew."
            )
        if name not in found:
            raise errors.ExportError(
                f"{folder}: {name} was removed from the bundle. Get it anew."
            )
        path = folder / name
        is_file = stat.S_ISREG(path.lstat().st_mode)
        if (
            not is_file
            or path.stat().st_size != files[name]["bytes"]
            or _sha256(path) != files[name]["sha256"]
        ):
            raise _changed(folder, name)
    return manifest


def _changed(folder, name):
    return errors.ExportError(
        f"{folder}: {name} was changed since the bundle was written. Get the "
        "bundle anew, and don't load this one."
    )


def _entries(folder):
    """Names of all that lies in the folder; those of folders end in a slash.

    Links are not followed: a bundle has none.
    """
    names = set()
    for parent, folders, files in os.walk(folder):
        base = pathlib.Path(parent).relative_to(folder)
        for name in folders:
            is_link = os.path.islink(os.path.join(parent, name))
            names.add((base / name).as_posix() + ("" if is_link else "/"))
        names |= {(base / name).as_posix() for name in files}
    return names - _OUTSIDE


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(manifest):
    """SHA-256 of all that a manifest holds but this digest."""
    held = {name: v for name, v in manifest.items() if name != "digest"}
    text = json.dumps(held, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
