"""Numbered directories in a base directory, as TensorFlow Serving reads them.

Everything whose name is not a number is passed over by servers; drafts and
what is about to be removed have such names.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable

from tf_fingerprint import errors

DRAFT, REMOVED = ".draft-", ".removed-"

# Holds the highest number ever given away, lest one be given away again after
# its directory was removed: servers cache by number.
HIGHEST = ".highest"


def published(base: pathlib.Path) -> dict[int, pathlib.Path]:
    """The versions in a base directory, oldest first."""
    numbers = {
        int(path.name): path
        for path in base.iterdir()
        if path.name.isascii() and path.name.isdigit() and path.is_dir()
    }
    return dict(sorted(numbers.items()))


def add(
    base: pathlib.Path,
    fill: Callable[[pathlib.Path], None],
    *,
    wanted: int | None = None,
    keep: int | None = None,
) -> pathlib.Path:
    """Adds a version: whole, or not at all.

    Whoever kills the process leaves no more than a draft, which the next one
    removes.

    `fill`: writes everything into the empty directory that it is given;
    `wanted`: number of the version; the next one if not given. `keep`: how many
    versions stay, with this one; all if not given. Raises `errors.ExportError`
    if the number was given away before.
    """
    _next_number(base, wanted)
    with _draft(base) as draft:
        fill(draft)
        _settle(draft, base)
        with _locked(base):
            path = _give(draft, base, wanted)
            if keep is not None:
                _retain(base, keep)
    return path


@contextlib.contextmanager
def _locked(base):
    """Keeps other publishers out; freed when this process ends, however."""
    handle = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _draft(base):
    """A directory that is removed afterwards, unless it was renamed.

    Drafts of publishers that were killed are removed now: theirs are the ones
    that nobody holds any more.
    """
    with _locked(base):
        _sweep(base)
        path = pathlib.Path(tempfile.mkdtemp(prefix=DRAFT, dir=base))
        handle = _held(path)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(handle)


def _next_number(base, wanted):
    """The number of the next version, above all that ever were."""
    highest = max([_highest_given(base), *published(base)])
    if wanted is not None and wanted <= highest:
        raise errors.ExportError(
            f"Version {wanted} can't be published: {base} already had version "
            f"{highest}. A running server would keep the one it has, so "
            "numbers are never given away twice and only go up. Publish as "
            f"version {highest + 1}."
        )
    return wanted or highest + 1


def _give(path, base, wanted):
    """Makes a finished draft the next version, while others are locked out."""
    number = _next_number(base, wanted)
    note = path.with_name(path.name + HIGHEST)
    try:
        note.write_text(f"{number}\n", "ascii")
        _sync(note)
        note.rename(base / HIGHEST)
    finally:
        note.unlink(missing_ok=True)
    target = base / str(number)
    # Fails where there is a directory that holds anything.
    path.rename(target)
    _sync(base)
    return target


def _retain(base, number):
    """Removes all but the newest versions, while others are locked out.

    A version is renamed before it is removed: a server never sees half of it.
    """
    for version, path in list(published(base).items())[:-number]:
        hidden = tempfile.mkdtemp(prefix=f"{REMOVED}{version}-", dir=base)
        path.rename(pathlib.Path(hidden, path.name))
        _sync(base)
        shutil.rmtree(hidden)


def _settle(path, base):
    """Makes a draft as readable as its base directory, and waits for the disk.

    `mkdtemp` makes directories that a server's user can't read. Whoever may
    read the base directory may read what is published there, and nobody else:
    a registry is in some.
    """
    mode = base.stat().st_mode & 0o755 | 0o700
    for folder, _, names in os.walk(path, topdown=False):
        for name in names:
            file = pathlib.Path(folder, name)
            file.chmod(mode & 0o644 | 0o600)
            _sync(file)
        pathlib.Path(folder).chmod(mode)
        _sync(pathlib.Path(folder))


def _highest_given(base):
    """The highest number that was ever given away, as far as is known."""
    path = base / HIGHEST
    try:
        return int(path.read_text("ascii")) if path.exists() else 0
    except ValueError as error:
        raise errors.ExportError(
            f"{path}: must hold the highest number that a version ever had. "
            f"It can't be read: {error}. Write the number into it."
        ) from error


def _sweep(base):
    """Removes what killed publishers left."""
    for path in base.iterdir():
        if path.name.startswith(REMOVED):
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith(DRAFT) and path.name.endswith(HIGHEST):
            path.unlink(missing_ok=True)
        elif path.name.startswith(DRAFT):
            with contextlib.suppress(BlockingIOError, FileNotFoundError):
                handle = _held(path)
                shutil.rmtree(path, ignore_errors=True)
                os.close(handle)


def _held(path):
    """A handle that nobody else can get until it is closed."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def _sync(path):
    """Waits until a file, or the names in a directory, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
