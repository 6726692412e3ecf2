"""A page of every command, from the parsers that the commands have."""

import argparse
import inspect
import pathlib
from collections.abc import Iterator

from tf_fingerprint.cli import parser as arguments

FOLDER = "reference/commands"

EXIT_CODES = """\
| exit code | meaning |
|---|---|
| 0 | done |
| 1 | something in the world is not as it must be: a file, a registry, a run, \
a picture that can't be read. Standard error says what must hold, what was \
found, and what to do |
| 2 | the command was not written as it must be; nothing was done |
"""

_INDEX = """\
# Commands

Everything is a command of `tf-fingerprint`. Results go to standard output,
progress and what went wrong to standard error. These pages are made of the
commands' own parsers: `tf-fingerprint COMMAND --help` says the same.

| command | what it does |
|---|---|
"""


def pages() -> dict[str, str]:
    """From each page's path in the site to its Markdown."""
    made = {}
    rows = []
    for name, purpose, parser in commands():
        made[f"{FOLDER}/{name}.md"] = _page(name, parser, purpose)
        rows.append(f"| [`{name}`]({name}.md) | {purpose} |\n")
    index = f"{_INDEX}{''.join(rows)}\n## Exit codes\n\n{EXIT_CODES}"
    return {f"{FOLDER}/index.md": index, **made}


def commands() -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Each command of the first level: name, purpose, parser."""
    [group] = groups(arguments.parser())
    purposes = {each.dest: each.help for each in group._choices_actions}
    for name, parser in group.choices.items():
        yield name, purposes.get(name) or "", parser


def groups(parser: argparse.ArgumentParser) -> list:
    """What adds commands below a parser."""
    return [
        action
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    ]


def settings(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """What a command takes, but for help, sub-commands and Abseil's flags."""
    return [
        action
        for action in parser._actions
        if not isinstance(
            action, argparse._HelpAction | argparse._SubParsersAction
        )
        and not type(action).__module__.startswith("absl.")
        and action.help is not argparse.SUPPRESS
    ]


def name_of(action: argparse.Action) -> str:
    """An option as it is typed, or the word for a position."""
    if action.option_strings:
        return max(action.option_strings, key=len)
    return _word(action)


def _page(name, parser, purpose):
    lines = [f"# {name}", ""]
    lines += _section(parser, purpose, level=2)
    lines += ["## Exit codes", "", EXIT_CODES]
    return "\n".join(lines)


def _section(parser, purpose, level):
    text = (parser.description or purpose or "").strip()
    lines = [f"{text[:1].upper()}{text[1:]}".rstrip(".") + ".", ""]
    lines += ["```text", parser.format_usage().strip(), "```", ""]
    for action in settings(parser):
        lines += _entry(action, parser)
    for group in groups(parser):
        purposes = {each.dest: each.help for each in group._choices_actions}
        for name, below in group.choices.items():
            lines += [f"{'#' * level} {below.prog}", ""]
            lines += _section(below, purposes.get(name), level + 1)
    return lines


def _entry(action, parser):
    """A definition: how it is written, what it means, what it may be."""
    written = [f"`{each}`" for each in action.option_strings]
    written = " or ".join(written) or f"`{_word(action)}`"
    if action.option_strings and action.nargs != 0:
        written += f" `{_word(action)}`"
    anchor = f"{parser.prog}-{name_of(action)}".replace(" ", "-")
    lines = [f'<span id="{anchor}"></span>', written]
    meaning = _help(action, parser)
    facts = [_first_upper(meaning) + "." if meaning else ""]
    if action.choices is not None:
        choices = ", ".join(f"`{each}`" for each in action.choices)
        facts += [f"One of {choices}."]
    elif kind := _kind(action):
        facts += [f"{kind}."]
    facts += _presence(action, meaning)
    return [*lines, f":   {' '.join(filter(None, facts))}", ""]


def _help(action, parser):
    """The option's help, with its default filled in."""
    if not action.help:
        return ""
    formatter = parser.formatter_class(parser.prog)
    return _escaped(formatter._expand_help(action)).rstrip(".")


def _presence(action, meaning):
    """Whether it must be given, may be repeated, and what holds if not."""
    facts = []
    if action.option_strings and action.required:
        facts.append("**Required.**")
    if isinstance(action, argparse._AppendAction) or action.nargs in ("+", "*"):
        facts.append("May be given several times over.")
    default = action.default
    is_told = default not in (None, [], (), False, argparse.SUPPRESS)
    if action.option_strings and action.nargs != 0 and is_told:
        if "default" not in meaning:
            facts.append(f"Default: `{default}`.")
    return facts


def _word(action):
    if action.metavar:
        return action.metavar
    if action.choices is not None:
        return "|".join(map(str, action.choices))
    dest = action.dest
    return dest.upper() if action.option_strings else dest


def _kind(action):
    """What a value must be, in the words of the function that reads it."""
    if action.nargs == 0:
        return ""
    if action.type is pathlib.Path:
        return "A path"
    if action.type in (int, float):
        return "A whole number" if action.type is int else "A number"
    if inspect.isfunction(action.type) and action.type.__doc__:
        return action.type.__doc__.splitlines()[0].rstrip(".")
    return ""


def _first_upper(text):
    return text if text.startswith("`") else f"{text[:1].upper()}{text[1:]}"


def _escaped(text):
    """Text in which Markdown finds nothing of its own."""
    for mark in "*_|<":
        text = text.replace(mark, f"\\{mark}")
    return text
