"""The blocks of code in README and docs, and what their hidden marks say."""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]
DOCS = ROOT / "docs"

# What somebody types; the others show what a file or an answer looks like.
TYPED = ("sh", "python", "sql", "yaml")

_FENCE = re.compile(
    r"^(?P<marks>(?:<!-- .*? -->\n)*)```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclasses.dataclass(frozen=True)
class Block:
    """What stands between two fences.

    Args:
        page: Its file, relative to the repository.
        line: Of the opening fence.
        language: After that.
        text: Between them.
        marks: Pairs of kind and words: `not run` and why; `run by` and the
            file that does; `in the test` and a replacement, `OLD => NEW`;
            `first, in the test` and a command.
    """

    page: str
    line: int
    language: str
    text: str
    marks: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    def said(self, kind: str) -> list[str]:
        """The words of all marks of a kind."""
        return [words for name, words in self.marks if name == kind]

    @property
    def is_typed(self) -> bool:
        """Whether somebody is meant to run it."""
        return self.language in TYPED

    @property
    def is_run_here(self) -> bool:
        """Whether `test_commands` runs it."""
        return self.is_typed and not self.said("not run") + self.said("run by")

    @property
    def tested(self) -> str:
        """The text as it is run: at a test's size, with a test's names."""
        text = self.text
        for words in self.said("in the test"):
            old, new = words.split(" => ")
            if old not in text:
                raise ValueError(f"{self}: there is no {old!r} to replace.")
            text = text.replace(old, new)
        return "\n".join([*self.said("first, in the test"), text])


def pages() -> list[pathlib.Path]:
    """README and all Markdown of the documentation."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def blocks() -> list[Block]:
    """All of them."""
    return [block for path in pages() for block in blocks_of(path)]


def blocks_of(path: pathlib.Path) -> list[Block]:
    """Those of one page."""
    text = path.read_text(encoding="utf-8")
    page = path.relative_to(ROOT).as_posix()
    return [
        Block(
            page=page,
            line=text.count("\n", 0, found.end("marks")) + 1,
            language=found["language"],
            text=found["text"],
            marks=tuple(
                re.findall(r"^<!-- ([a-z, ]+): (.*) -->$", found["marks"], re.M)
            ),
        )
        for found in _FENCE.finditer(text)
    ]
