"""Configs as TOML: reading with overrides, and writing."""

import dataclasses
import difflib
import json
import os
import pathlib
import tomllib
from collections.abc import Sequence
from typing import Any

from tf_fingerprint import errors
from tf_fingerprint.config import kinds
from tf_fingerprint.config import scalable as scalable_config
from tf_fingerprint.config import stages as config_stages

# Settings that are paths, and what they may hold that is none.
PATHS = {
    ("data", "source"): ("", "procedural", "tfds"),
    ("training", "start"): ("", "pretrained"),
    ("training", "anchor"): ("", "pretrained"),
}


def read(
    path: str | os.PathLike | None,
    overrides: Sequence[str] = (),
    *,
    kind: type | None = None,
) -> Any:
    """The config in a TOML file, checked.

    Args:
        path: The file; None for the defaults of a kind.
        overrides: Settings that replace the file's, such as
            `training.batch_size=32`, with values as in TOML; strings also
            without quotes. A `data.source` given here is relative to the
            working directory, one in the file to the file's folder.
        kind: What kind of config it is: a dataclass of sections. That of the
            `method` that the file says, if not given.

    Returns:
        The config, of that kind; its `data.source`, if a path, is absolute.
        `Staged` if the file has `[[stages]]`: what stands outside of them, and
        every override, holds for all.

    Raises:
        ConfigError: If the file can't be read, a key is unknown, required or
            given twice, or a value is of the wrong type or out of range.
    """
    if path is None:
        return build({}, overrides, kind=kind or scalable_config.Config)
    path = pathlib.Path(path)
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise errors.ConfigError(
            f"{path}: can't be read. {error.strerror}."
        ) from error
    except ValueError as error:  # Of TOML or of UTF-8.
        raise errors.ConfigError(f"{path}: must be TOML. {error}.") from error
    kind = kinds.of_file(settings.pop("method", None), kind, path)
    if "stages" in settings:
        return _staged(settings, overrides, kind, path)
    return build(settings, overrides, kind=kind, where=path)


def build(
    settings: dict[str, Any],
    overrides: Sequence[str] = (),
    *,
    kind: type = scalable_config.Config,
    where: str | os.PathLike = "Defaults",
) -> Any:
    """The config of settings that were read already, checked.

    `where`: they come from: a file, to which paths are relative, or words.
    """
    _check_keys(settings, where, kind)
    _resolve_paths(settings, pathlib.Path(where).parent)
    for override in overrides:
        _apply(override, settings, kind)
    return _build(settings, where, kind)


def _staged(settings, overrides, kind, path):
    """Each stage's sections laid over those of the whole file."""
    listed = settings.pop("stages")
    if kind is not scalable_config.Config or not (
        isinstance(listed, list) and all(isinstance(s, dict) for s in listed)
    ):
        raise errors.ConfigError(
            f"{path}: `[[stages]]` must be tables of a scalable training."
        )
    stages = []
    for stage in listed:
        own, differing = config_stages.split(stage)
        where = f"{path}: stage `{own.get('name')}`"
        _check_keys(differing, where, kind)
        _check_keys(settings, path, kind)
        merged = {
            section: settings.get(section, {}) | differing.get(section, {})
            for section in settings | differing
        }
        config = build(merged, overrides, kind=kind, where=path)
        try:
            stages.append(config_stages.Stage(config=config, **own))
        except (TypeError, ValueError) as error:
            raise errors.ConfigError(f"{path}: {error}") from error
    try:
        return config_stages.Staged(stages=tuple(stages))
    except ValueError as error:
        raise errors.ConfigError(f"{path}: {error}") from error


def to_toml(config: Any) -> str:
    """A file that reads back as an equal config, every default written out."""
    lines = []
    method = getattr(config, "method", kinds.DEFAULT_METHOD)
    if method != kinds.DEFAULT_METHOD:
        lines += [f"method = {_value(method)}", ""]
    for name, section in dataclasses.asdict(config).items():
        lines += [f"[{name}]"]
        lines += [f"{key} = {_value(value)}" for key, value in section.items()]
        lines += [""]
    return "\n".join(lines)


def method_of(folder: str | os.PathLike[str]) -> str:
    """The method of a run directory; the first one's if it has no config.

    Args:
        folder: The run directory.

    Returns:
        As at the top of a config.

    Raises:
        ConfigError: If its config can't be read.
    """
    path = pathlib.Path(folder, "config.toml")
    return read(path).method if path.is_file() else kinds.DEFAULT_METHOD


def _sections(kind):
    """From the name of each section to its dataclass."""
    return {field.name: field.type for field in dataclasses.fields(kind)}


def _check_keys(settings, where, kind):
    """Raises if a section or a key is not one of a config's."""
    for section, values in settings.items():
        if section not in _sections(kind):
            raise _unknown(section, where, kind)
        if not isinstance(values, dict):
            raise errors.ConfigError(
                f"{where}: `{section}` must be a section, `[{section}]`. "
                f"Received {values!r}."
            )
        for key in values:
            if key not in _keys(_sections(kind)[section]):
                raise _unknown(f"{section}.{key}", where, kind)


def _keys(section):
    """The names of a section's fields."""
    return [field.name for field in dataclasses.fields(section)]


def _unknown(key, where, kind):
    """The error for a key that doesn't exist, with the nearest that does."""
    known = list(_sections(kind))
    for name, section in _sections(kind).items():
        known += [f"{name}.{field}" for field in _keys(section)]
    near = difflib.get_close_matches(key, known, n=1)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    return errors.ConfigError(f"{where}: unknown key `{key}`.{hint}")


def _resolve_paths(settings, folder):
    """Makes relative paths absolute, such as a `data.source`."""
    for (section, name), words in PATHS.items():
        value = settings.get(section, {}).get(name)
        if isinstance(value, str) and value.partition(":")[0] not in words:
            path = folder / pathlib.Path(value).expanduser()
            settings[section][name] = os.path.abspath(path)


def _apply(override, settings, kind):
    """Puts one `section.key=value` into the settings."""
    key, equals, text = override.partition("=")
    section, dot, name = (part.strip() for part in key.partition("."))
    if not (equals and dot):
        raise errors.ConfigError(
            f"Override `{override}`: must be `section.key=value`, such as "
            "`training.batch_size=32`."
        )
    setting = {section: {name: _parsed(text.strip())}}
    _check_keys(setting, f"Override `{override}`", kind)
    _resolve_paths(setting, pathlib.Path())
    settings.setdefault(section, {}).update(setting[section])


def _parsed(text):
    """A value as TOML reads it, or the text itself, which needs no quotes."""
    try:
        values = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return values["value"] if len(values) == 1 else text


def _build(settings, path, kind):
    """The config of checked keys, or an error that names the file."""
    for section, fields in _sections(kind).items():
        for field in dataclasses.fields(fields):
            is_required = field.default is dataclasses.MISSING
            if is_required and field.name not in settings.get(section, {}):
                raise errors.ConfigError(
                    f"{path}: `{section}.{field.name}` must be set. Add it "
                    f"under `[{section}]`."
                )
    try:
        return kind(
            **{
                section: fields(**settings.get(section, {}))
                for section, fields in _sections(kind).items()
            }
        )
    except (TypeError, ValueError) as error:
        raise errors.ConfigError(f"{path}: {error}") from error


def _value(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, str):
        # JSON's strings are TOML's, but for one control character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)  # Tuples become lists; floats keep every digit.
