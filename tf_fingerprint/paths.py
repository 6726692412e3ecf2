"""What must be at a path: told before whatever reads it is imported."""

import os
import pathlib
import re

from tf_fingerprint import errors

# What a path hardly ever is: `user:password@host`, `password=...`.
_SECRET = re.compile(
    r"^[^/@]*:[^@]*@|(?:password|passwd|pwd|passfile)\s*=", re.IGNORECASE
)


def check_registry(url: str | os.PathLike[str]) -> None:
    """Raises a `RegistryError` if a registry's file is missing; URLs pass."""
    if _is_file(url) and not pathlib.Path(url).exists():
        raise no_registry(os.fspath(url))


def check_registry_folder(url: str | os.PathLike[str]) -> None:
    """Raises a `RegistryError` if a new registry's folder is missing."""
    if _is_file(url) and not pathlib.Path(url).parent.is_dir():
        raise errors.RegistryError(
            f"{os.fspath(url)}: the registry can't be read or written. Check "
            "that its folder exists and that both can be written to."
        )


def no_registry(name: str) -> errors.RegistryError:
    """What is raised where a registry is not there to be read."""
    return errors.RegistryError(
        f"{name}: there is no such registry. Reading never creates one. Check "
        "the path, or issue to a recipient first."
    )


def _is_file(registry):
    text = os.fspath(registry)
    return "://" not in text and not may_hold_password(text)


def may_hold_password(text: str) -> bool:
    """Whether a path looks like a URL with a password, and nothing is there."""
    return bool(_SECRET.search(text)) and not pathlib.Path(text).exists()


def check_pattern(pattern: str) -> None:
    """Raises a `DataError` if a pattern's own folder, or file, is missing."""
    if "://" in pattern:
        return
    fixed = re.split(r"[*?\[{]", pattern, maxsplit=1)[0]
    place = fixed if fixed == pattern else os.path.dirname(fixed) or "."
    if not os.path.exists(place):
        raise nothing_matches(pattern)


def nothing_matches(pattern: str) -> errors.DataError:
    """What is raised where no file matches."""
    return errors.DataError(
        f"{pattern}: there must be a file to read. Nothing matches. Quote the "
        "pattern, or the shell takes it."
    )


def check_models(folder: pathlib.Path) -> None:
    """Raises a `ServingError` if there is no folder of models."""
    if not folder.is_dir():
        raise errors.ServingError(
            f"{folder} is no folder. It must hold one sub-folder a model, with "
            "one sub-folder a version in it."
        )
