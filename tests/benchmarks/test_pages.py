import importlib.util
import pathlib
import sys

import pytest

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"

PAGE = """Before.
<!-- table -->
old
<!-- end table -->
After.
"""


@pytest.fixture
def pages(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    monkeypatch.delitem(sys.modules, "pages", raising=False)
    spec = importlib.util.spec_from_file_location(
        "pages", BENCHMARKS / "pages.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_table_replaces_the_old_one_and_nothing_else(pages, tmp_path):
    (tmp_path / "page.md").write_text(PAGE)

    for _ in range(2):  # Again, it changes nothing.
        pages.fill(
            "page.md",
            "table",
            ("a", "b"),
            [("x", 0.123456), ("y", 100_000)],
            folder=tmp_path,
        )

    assert (tmp_path / "page.md").read_text() == (
        "Before.\n<!-- table -->\n"
        "| a | b |\n| --- | --- |\n| x | 0.123 |\n| y | 100,000 |\n"
        "<!-- end table -->\nAfter.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_a_page_without_the_place_stays_as_it_is(pages, tmp_path):
    (tmp_path / "page.md").write_text(PAGE)

    with pytest.raises(ValueError, match="one place for the table `other`"):
        pages.fill("page.md", "other", ("a",), [], folder=tmp_path)

    assert (tmp_path / "page.md").read_text() == PAGE
