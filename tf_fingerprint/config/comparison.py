"""Whether two configs are of one experiment, and where they differ."""

import dataclasses
import hashlib
import pathlib
from typing import Any

from tf_fingerprint.config import files


def digest(config: Any) -> str:
    """SHA-256 of all settings, whichever folder the pictures lie in.

    Of a setting that is a path only the last part counts, so that a run
    can move to another machine; what the pictures are, their own digest says.
    """
    return hashlib.sha256(files.to_toml(_anywhere(config)).encode()).hexdigest()


def differences(one: Any, other: Any) -> dict[str, tuple[Any, Any]]:
    """Settings that two configs don't share; of paths, only the last part.

    Args:
        one: A config.
        other: Another, of any kind.

    Returns:
        From `section.key` to the values that it has in the two.
    """
    if one.method != other.method:
        return {"method": (one.method, other.method)}
    before, after = (
        dataclasses.asdict(_anywhere(each)) for each in (one, other)
    )
    return {
        f"{section}.{key}": (value, after[section][key])
        for section, values in before.items()
        for key, value in values.items()
        if value != after[section][key]
    }


def _anywhere(config):
    """The config with only the last part of paths."""
    for section, name in files.PATHS:
        values = getattr(config, section, None)
        if not hasattr(values, name):
            continue  # Another kind of config.
        last = pathlib.PurePath(getattr(values, name)).name
        values = dataclasses.replace(values, **{name: last})
        config = dataclasses.replace(config, **{section: values})
    return config
