"""Every block is run, or says why not; every command exists as it stands."""

import contextlib
import io
import re
import shlex

import pytest

from tests.docs import blocks
from tf_fingerprint.cli import parser as arguments

BLOCKS = blocks.blocks()
KINDS = ("not run", "run by", "in the test", "first, in the test")
# The README has tests of its own, and is shown with its marks elsewhere.
BY_PAGE = {"README.md": blocks.ROOT / "tests" / "test_readme.py"}


def commands(block):
    """The block's lines that call `tf-fingerprint`, as arguments."""
    text = block.text.replace("\\\n", " ")
    for line in text.splitlines():
        found = re.search(r"(?:^|&& )tf-fingerprint (.*)", line)
        if found:
            yield shlex.split(found[1], comments=True)


CALLS = [
    (block, argv)
    for block in BLOCKS
    if block.language == "sh"
    for argv in commands(block)
]


def test_there_are_blocks_of_all_kinds():
    assert len(CALLS) > 50
    for kind in KINDS:
        assert any(block.said(kind) for block in BLOCKS)


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_says_what_it_is_and_its_marks_are_known(block):
    assert block.language in (*blocks.TYPED, "text", "toml", "json")
    assert {kind for kind, _ in block.marks} <= set(KINDS)
    assert all(words.strip() for _, words in block.marks)
    assert block.tested


@pytest.mark.parametrize("path", blocks.pages(), ids=lambda path: path.stem)
def test_no_command_hides_outside_of_fences(path):
    fenced = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.M | re.S)

    typed = r"^(?: {4}|\t)(?:tf-fingerprint|python|pip|[A-Z_]+=\S+ )"
    assert not re.search(typed, fenced, re.MULTILINE)


@pytest.mark.parametrize(
    "block", [each for each in BLOCKS if each.said("run by")], ids=str
)
def test_what_runs_a_block_elsewhere_is_there(block):
    [name] = block.said("run by")

    text = (blocks.ROOT / name).read_text()
    words = block.text.split()
    assert words[0] in text or words[1] in text


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_python_can_be_compiled(block):
    if block.language == "python":
        compile(block.text, str(block), "exec")


@pytest.mark.parametrize(
    "call", CALLS, ids=lambda call: f"{call[0]}-{'-'.join(call[1][:2])}"
)
def test_commands_are_written_as_the_parser_wants_them(call):
    block, argv = call
    told = io.StringIO()
    try:
        with contextlib.redirect_stderr(told):
            arguments.parser().parse_args(argv)
    except SystemExit:
        pytest.fail(f"{block}: {told.getvalue()}")
