"""Every file in what somebody found: files, folders, zip archives.

Nothing is chosen by its name. What is no picture is found out, and named, by
who reads it.
"""

import dataclasses
import functools
import os
import pathlib
import stat
import zipfile
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from tf_fingerprint import errors

# Largest file that is read, packed or not.
MAX_BYTES = 2**30

# What file managers leave behind.
_SYSTEM_FILES = (".DS_Store", "Thumbs.db", "desktop.ini", ".directory")


@dataclasses.dataclass(frozen=True)
class FoundFile:
    """A file that somebody found, not yet read.

    `name`: its path; of one in an archive, that within the archive after the
    archive's own.
    """

    name: str
    read: Callable[[], bytes]


def found_files(paths: Iterable[pathlib.Path]) -> Iterator[FoundFile]:
    """All files under some paths, sorted within each.

    Folders are searched with those in them; one that links lead back to is
    searched once. Files that can't be read are among them, and say so when
    they are. What file managers leave behind is not.
    """
    for path in paths:
        if path.is_dir():
            names = sorted(walked(path))
            if not names:
                yield FoundFile(str(path), functools.partial(_empty, path))
            for name in names:
                yield _on_disk(path / name)
        elif zipfile.is_zipfile(path) and path.is_file():
            yield from _in_archive(path)
        else:
            yield _on_disk(path)


def is_system_file(name: str) -> bool:
    """Whether a file manager or an archiver left it, such as `._cat.png`."""
    parts = name.split("/")
    return (
        parts[-1] in _SYSTEM_FILES
        or parts[-1].startswith("._")
        or "__MACOSX" in parts
    )


def walked(folder: pathlib.Path) -> Iterator[str]:
    """Paths within a folder of all files but file managers', unsorted."""
    seen = set()
    for parent, folders, files in os.walk(folder, followlinks=True):
        place = os.path.realpath(parent)
        if place in seen:
            folders.clear()
            continue
        seen.add(place)
        for file in files:
            name = (pathlib.Path(parent) / file).relative_to(folder).as_posix()
            if not is_system_file(name):
                yield name


def _on_disk(path):
    return FoundFile(str(path), functools.partial(_read, path))


def _read(path):
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise errors.DataError(
                f"{path}: can't be read as a picture. It is no file, but a "
                "pipe, a socket or a device."
            )
        _check_length(path, facts.st_size)
        return path.read_bytes()
    except OSError as error:
        raise errors.DataError(
            f"{path}: can't be read as a picture. {error.strerror}."
        ) from error


def _in_archive(path):
    """The files in a zip archive; of what it holds twice, the last."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        yield FoundFile(str(path), functools.partial(_broken, path, error))
        return
    infos = {
        info.filename: info
        for info in archive.infolist()
        if not info.is_dir() and not is_system_file(info.filename)
    }
    if not infos:
        yield FoundFile(str(path), functools.partial(_empty, path))
    for name in sorted(infos):
        title = f"{path}/{name}"
        yield FoundFile(
            title, functools.partial(_member, archive, infos[name], title)
        )


def _member(archive, info, title):
    _check_length(title, info.file_size)
    try:
        return archive.read(info)
    except Exception as error:  # A zip's members fail in a dozen ways.
        raise errors.DataError(f"{title}: can't be read. {error}") from error


def _check_length(title, length):
    if length > MAX_BYTES:
        raise errors.DataError(
            f"{title}: it has {length / 2**30:.1f} GiB; files of up to "
            f"{MAX_BYTES / 2**30:.0f} GiB are read. Shrink it, or cut out the "
            "part in question."
        )


def _empty(path):
    raise errors.DataError(f"{path}: must contain pictures. It is empty.")


def _broken(path, error):
    raise errors.DataError(f"{path}: can't be read as a zip archive. {error}")
