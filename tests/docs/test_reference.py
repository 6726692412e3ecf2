"""What the reference says is all there is: options, keys, verdicts, words."""

import argparse
import dataclasses
import importlib
import re

import pytest

from tests.calibration import habits
from tests.docs import blocks
from tf_fingerprint import attribution
from tf_fingerprint import cli
from tf_fingerprint import config
from tf_fingerprint import errors


@pytest.fixture
def made_by(monkeypatch):
    """The pages that a module of `docs/generate` makes, and the module."""
    monkeypatch.syspath_prepend(blocks.DOCS / "generate")

    def made(name):
        module = importlib.import_module(name)
        return module.pages(), module

    return made


def options(parser, path=()):
    """Pairs of a path of commands and what the last of them takes."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from options(below, (*path, name))
        elif path and not _is_for_all(action):
            yield path, action


def _is_for_all(action):
    """Whether it is help, or a flag that Abseil gives every program."""
    is_flag = type(action).__module__.startswith("absl.")
    is_hidden = action.help is argparse.SUPPRESS
    return is_flag or is_hidden or isinstance(action, argparse._HelpAction)


def test_every_option_is_in_the_reference_with_its_meaning(made_by):
    pages, module = made_by("commands")
    found = list(options(module.arguments.parser()))

    assert len(found) > 100
    for path, action in found:
        page = pages[f"reference/commands/{path[0]}.md"]
        assert action.help, f"{path} {action.option_strings}"
        written = action.option_strings or [module.name_of(action)]
        for each in written:
            if each != "--helpfull":
                assert f"`{each}`" in page, f"{path} {each}"
        for choice in action.choices or ():
            assert f"`{choice}`" in page


def test_exit_codes_are_those_that_commands_end_with(made_by, tmp_path, capsys):
    pages, _ = made_by("commands")
    codes = []
    for argv in (["--help"], ["train"]):
        with pytest.raises(SystemExit) as told:
            cli.main(argv)
        codes.append(told.value.code)
    gone = str(tmp_path / "gone.db")
    codes.append(cli.main(["registry", "verify", "--registry", gone]))
    capsys.readouterr()

    assert codes == [0, 2, 1]
    for code in codes:
        assert f"| {code} |" in pages["reference/commands/index.md"]


def test_every_key_is_in_the_reference_with_all_that_is_to_say(made_by):
    pages, module = made_by("configuration")
    count = 0

    for name, (_, kind) in module.KINDS.items():
        page = pages[f"reference/configuration/{name}.md"]
        for section in dataclasses.fields(kind):
            for field in dataclasses.fields(section.type):
                key = f"{section.name}.{field.name}"
                [entry] = re.findall(
                    rf"^### `{re.escape(key)}` .*?(?=^##|\Z)", page, re.M | re.S
                )
                for word in ("Must be: ", "Default: ", "    - "):
                    assert word in entry
                assert len(entry.splitlines()[2]) > 5
                count += 1
    assert count > 130


def test_what_the_reference_says_of_a_wrong_value_is_what_is_said(
    made_by, tmp_path
):
    pages, _ = made_by("configuration")
    path = tmp_path / "config.toml"
    path.write_text('[data]\nsource = "procedural:8"\n[training]\nimages = 0\n')

    with pytest.raises(errors.ConfigError) as told:
        config.read(path)

    said = str(told.value).removeprefix(f"{path}: ")
    assert said in pages["reference/configuration/scalable.md"]


def test_a_rule_between_keys_is_told_at_the_key(made_by):
    pages, _ = made_by("configuration")

    rule = "`curriculum.initial_bits` must be at most `networks.num_bits`."
    assert pages["reference/configuration/scalable.md"].count(rule) == 1


def test_the_keys_of_verdicts_are_those_of_a_row(made_by):
    from tf_fingerprint.cli import reader

    pages, module = made_by("verdicts")
    made = habits.make_calibration(2000, strength=2.0)
    issued = habits.drawn(made, 3, seed=1)
    judge = attribution.Judge(habits.make_candidates(issued), made)
    [verdict] = judge.judge(habits.picture_logits(issued[:1]))

    row = reader.row_of("found.png", verdict, None)

    documented = re.findall(r"^\| `(\w+)` \|", pages[module.PAGE], re.M)
    assert set(row) == set(documented[: len(row)])
    assert len(documented) == len(set(documented[: len(row)])) + len(
        module.reports.FORMULAS
    )


def test_words_of_the_glossary_are_in_the_code():
    page = (blocks.DOCS / "reference" / "glossary.md").read_text()
    rows = re.findall(r"^\| ([^|]+) \| `(\w+)` \| (.+) \|$", page, re.M)
    code = "\n".join(
        path.read_text()
        for folder in ("tf_fingerprint", "export")
        for path in (blocks.ROOT / folder).rglob("*.py")
    )

    assert len(rows) > 30
    for _, identifier, meaning in rows:
        assert identifier in code
        assert meaning.strip()
    words = [word.lower() for word, _, _ in rows]
    assert words == sorted(words)


@pytest.mark.slow
def test_modules_of_the_python_reference_can_be_imported(made_by):
    _, module = made_by("python_api")

    for name in module.MODULES:
        assert importlib.import_module(name).__doc__
