"""Names of lossless files for pictures of any format, each its own."""

import collections
import pathlib
import unicodedata
from collections.abc import Callable
from collections.abc import Sequence

from tf_fingerprint import errors

EXTENSION = ".png"


def file_names(names: Sequence[str] | None) -> Callable[[str], str]:
    """From a picture's name in its source to its file's, below one folder.

    `a.jpg` becomes `a.png`. Where several pictures would get one name, as
    `a.jpg` and `a.png` would, those that are no `.png` keep their extension
    before the new one: `a.jpg.png`. On some machines names that differ in case
    or in how accents are written are one file's, so these count as equal.

    `names`: all names in the source, each once; None if they are made of the
    pictures' places, like `train[7]`. The function knows those, or, of None,
    any.
    """
    if names is None:
        return lambda name: _inside(name) + EXTENSION
    changed = _with_extension(names)
    return lambda name: changed.get(name) or _replaced(name)


def _with_extension(names):
    """Names of files by those names that can't just change extension."""
    keys = collections.Counter(_key(_replaced(_inside(name))) for name in names)
    # A folder may be called like a picture.
    keys.update({_key(str(each)) for name in names for each in _folders(name)})
    shared = [name for name in names if keys[_key(_replaced(name))] > 1]
    taken = set(keys) - {_key(_replaced(name)) for name in shared}
    taken |= {_key(str(each)) for name in names for each in _folders(name)}
    changed = {}
    # Those that are called so already come first, and keep their names.
    for name in sorted(shared, key=lambda each: _replaced(each) != each):
        file = _replaced(name)
        if file != name or _key(file) in taken:
            file = _free(name, taken)
        taken.add(_key(file))
        changed[name] = file
    return changed


def _free(name, taken):
    """The name with the extension added, and a number if need be."""
    file, number = name + EXTENSION, 2
    while _key(file) in taken:
        file, number = f"{name}-{number}{EXTENSION}", number + 1
    return file


def _folders(name):
    return pathlib.PurePosixPath(name).parents


def _replaced(name):
    return str(pathlib.PurePosixPath(name).with_suffix(EXTENSION))


def _key(file):
    """Equal for names that some file systems take for one."""
    return unicodedata.normalize("NFC", file).casefold()


def _inside(name):
    """The name itself, unless it leads elsewhere, as names in zips may."""
    path = pathlib.PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name:
        raise errors.DataError(
            f"{name!r}: pictures must have names that stay within a folder. "
            "This one leads out of it. Pack the archive anew."
        )
    return name
