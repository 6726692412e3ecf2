"""A page of every key of a config, from the sections' dataclasses."""

import ast
import dataclasses
import inspect
import json
import re
import sys
import types
import typing

from tf_fingerprint import config
from tf_fingerprint.config import fields
from tf_fingerprint.config import passive
from tf_fingerprint.config import stages
from tf_fingerprint.config import visualization

FOLDER = "reference/configuration"

# Of each page: its name, what it is of, and the class.
KINDS = {
    "scalable": (
        "Fingerprints in a generator's convolutions, `tf-fingerprint train`.",
        config.Config,
    ),
    "artificial": (
        'Fingerprints in training pictures: `method = "artificial"` at the '
        "file's top, and `tf-fingerprint train`.",
        config.CodecConfig,
    ),
    "passive": (
        'A classifier of sources: `method = "passive"`.',
        passive.Config,
    ),
    "visualization": (
        'The network that makes traces visible: `method = "visualization"`.',
        visualization.Config,
    ),
}

_INDEX = """\
# Configuration

An experiment is a TOML file of sections and keys; `configs/` has one a file.
What does not stand in it is as in the method's paper. `--set
SECTION.KEY=VALUE` replaces a key from the command line. Paths in a file are
relative to the file's folder, paths in `--set` to the working directory.

A config is checked before anything heavy begins. What is wrong stops the
command with exit code 1 and a sentence that says which key, what it must be
and what it is; an unknown key is told together with the nearest that exists.
Each key below has the sentence that a wrong value of it gets.

| config | of |
|---|---|
"""

_STAGES = """\
## Stages

A scalable training may come in stages, `[[stages]]`, one after the other. What
stands outside of them holds for all; a stage holds the sections in which it
differs, and these keys of its own.

"""


@dataclasses.dataclass(frozen=True)
class Key:
    """A key of a section, as its page tells it."""

    name: str
    kind: str
    default: str
    meaning: str
    wrong: tuple[str, ...]


def pages() -> dict[str, str]:
    """From each page's path in the site to its Markdown."""
    rows = [
        f"| [{name}]({name}.md) | {purpose} |\n"
        for name, (purpose, _) in KINDS.items()
    ]
    made = {f"{FOLDER}/index.md": _INDEX + "".join(rows)}
    for name, (purpose, kind) in KINDS.items():
        text = f"# {name.capitalize()}\n\n{purpose}\n\n{_sections(kind)}"
        if kind is config.Config:
            text += _STAGES + "".join(_entry(key) for key in stage_keys())
        made[f"{FOLDER}/{name}.md"] = text
    return made


def keys(kind: type) -> dict[str, list[Key]]:
    """From each section of a config's class to its keys."""
    rules = _rules(kind)
    return {
        field.name: [
            _key(f"{field.name}.{each.name}", field.type, each, rules)
            for each in dataclasses.fields(field.type)
        ]
        for field in dataclasses.fields(kind)
    }


def stage_keys() -> list[Key]:
    """The keys of `[[stages]]` that belong to no section."""
    hints = typing.get_type_hints(stages.Stage)
    found = {each.name: each for each in dataclasses.fields(stages.Stage)}
    needed = {"name": "first", "config": None}
    return [
        Key(
            name=f"stages.{name}",
            kind=fields.TYPE_NAMES[hints[name]],
            default=_default(found[name]),
            meaning=_meanings(stages.Stage)[name],
            wrong=(_refused(stages.Stage, {**needed, name: -1}),),
        )
        for name in stages.KEYS
    ]


def _key(name, section, field, rules):
    hint = typing.get_type_hints(section, include_extras=True)[field.name]
    return Key(
        name=name,
        kind=_kind(hint),
        default=_default(field),
        meaning=_meanings(section)[field.name],
        wrong=(
            _refusal(section, field.name, hint),
            *(rule for rule in rules if rule.startswith(f"`{name}`")),
        ),
    )


def _sections(kind):
    text = ""
    for section, found in keys(kind).items():
        held = {field.name: field.type for field in dataclasses.fields(kind)}
        paragraphs = inspect.getdoc(held[section]).split("Args:")[0].strip()
        text += f"## {section}\n\n{paragraphs}\n\n"
        text += "".join(_entry(key) for key in found)
    return text


def _entry(key):
    wrong = "".join(f"    - {each}\n" for each in dict.fromkeys(key.wrong))
    return (
        f"### `{key.name}` {{ #{key.name.replace('_', '-')} }}\n\n"
        f"{key.meaning}\n\n"
        f"- Must be: {key.kind}\n"
        f"- Default: {key.default}\n"
        f"- Otherwise the command stops, with exit code 1:\n\n{wrong}\n"
    )


def _kind(hint):
    """Type and range in words."""
    if typing.get_origin(hint) is typing.Literal:
        return "one of " + ", ".join(
            f"`{json.dumps(each)}`" for each in typing.get_args(hint)
        )
    if typing.get_origin(hint) is typing.Annotated:
        kind, limits = typing.get_args(hint)
        return f"{fields.TYPE_NAMES[kind]}, {limits}"
    if hint == fields.PerturbationNames:
        names = typing.get_args(fields.PerturbationName)
        return "a list of any of " + ", ".join(f'`"{each}"`' for each in names)
    return fields.TYPE_NAMES[hint]


def _default(field):
    if field.default is dataclasses.MISSING:
        return "none: it must be given"
    return f"`{json.dumps(field.default)}`"


def _meanings(section):
    """From each field to what the docstring says of it."""
    text = inspect.getdoc(section).split("Args:\n")[1].split("\nRaises:")[0]
    found = re.findall(
        r"^ {4}(\w+): (.*?)(?=^ {4}\w+: |\Z)", text, re.DOTALL | re.MULTILINE
    )
    return {name: " ".join(meaning.split()) for name, meaning in found}


def _refusal(section, name, hint):
    """The sentence that a wrong value gets, by giving one."""
    required = {
        each.name: {"str": "folder", "int": 1}[_plain(section, each.name)]
        for each in dataclasses.fields(section)
        if each.default is dataclasses.MISSING
    }
    return _refused(section, {**required, name: _wrong(hint)})


def _refused(section, values):
    """What a section says to values of which one is wrong."""
    try:
        section(**values)
    except (TypeError, ValueError) as error:
        return str(error)
    raise ValueError(
        f"`{section.__name__}` must refuse a wrong value. It takes {values}."
    )


def _plain(section, name):
    return typing.get_type_hints(section)[name].__name__


def _wrong(hint):
    """A value that an annotation doesn't allow."""
    if typing.get_origin(hint) is typing.Annotated:
        kind, limits = typing.get_args(hint)
        low = max(limits.at_least, limits.above)
        return kind(low - 1)
    if hint is str:
        return 1
    return "something else"


def _rules(kind):
    """What a config's class asks of several keys together."""
    module = sys.modules[kind.__module__]
    return [*_messages(kind), *_messages(passive if _shares(kind) else module)]


def _shares(kind):
    return kind in (passive.Config, visualization.Config)


def _messages(where: type | types.ModuleType):
    """The first sentence of each error that is raised in a source."""
    tree = ast.parse(inspect.cleandoc(inspect.getsource(where)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            text = "".join(map(_text, node.exc.args))
            yield re.split(r"\.(?: |$)", text)[0].removesuffix(", …") + "."


def _text(node):
    """A message without what is filled into it."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    return "".join(
        part.value if isinstance(part, ast.Constant) else "…" for part in parts
    )
