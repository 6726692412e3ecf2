"""The page of results holds what was measured, and nothing else."""

import importlib
import json
import pathlib
import shutil

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def page(monkeypatch, tmp_path):
    """Fills a copy of the page; returns its text."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    shutil.copy(ROOT / "docs" / "results.md", tmp_path)

    def filled(results):
        importlib.import_module("results_page").main(
            ["--docs", str(tmp_path), "--results", str(results)]
        )
        return (tmp_path / "results.md").read_text()

    return filled


def test_only_what_a_file_holds_is_shown(page, tmp_path):
    figures = {"jpeg_80": 0.93, "jpeg_80_low": 0.92, "jpeg_80_high": 0.94}
    (tmp_path / "robustness.json").write_text(
        json.dumps({"command": "python it.py", "figures": figures})
    )

    rows = [
        line for line in page(tmp_path).splitlines() if "`python it" in line
    ]

    assert rows == [
        "| JPEG 80 | 0.93 | 0.92 to 0.94 | 0.92 | 0.82 | `python it.py` |"
    ]
