"""The benchmarks of odds, on a tiny run and built-in pictures."""

import importlib
import json
import pathlib

import pytest

from ..tiny_run import tiny_run_dir as tiny_run_dir
from ..tiny_run import write_run

pytestmark = pytest.mark.slow

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def script(monkeypatch):
    """Imports one of the scripts, which lie in no package."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module


def test_rates_are_measured_and_the_page_filled(
    tiny_run_dir, tmp_path, script, capsys
):
    page = tmp_path / "evidence.md"
    table = script("calibration_table")
    page.write_text(f"# Before\n{table.BEGIN}\nold\n{table.END}\n# After\n")

    script("calibration").main(
        ["--run", str(tiny_run_dir), "--photographs", "procedural:40"]
        + ["--trained", "--issued", "200", "--page", str(page)]
        + ["--results", str(tmp_path)]
    )

    figures = json.loads((tmp_path / "calibration.json").read_text())
    figures = figures["figures"]
    assert figures["worst_measured_rate"] >= figures["mean_measured_rate"]
    assert figures["median_measured_rate"] <= figures["mean_measured_rate"] * 3
    assert 0 < figures["predicted_rate"] <= 1e-3
    assert 0 <= figures["refused_share"] <= 1
    assert figures["fingerprints"] == 200
    lines = page.read_text().splitlines()
    assert lines[0] == "# Before"
    assert lines[-1] == "# After"
    assert "old" not in lines
    assert sum(line.startswith("| all | 40 | ") for line in lines) == 3
    assert "refuses" in capsys.readouterr().out


def test_attribution_is_measured(tmp_path, script, capsys):
    run = write_run(tmp_path / "run", "networks.num_bits=64")

    script("attribution").main(
        ["--run", str(run), "--photographs", "procedural:20"]
        + ["--min-photographs", "20", "--pictures", "8", "--issued", "2", "5"]
        + ["--results", str(tmp_path)]
    )

    figures = json.loads((tmp_path / "attribution.json").read_text())
    figures = figures["figures"]
    assert figures["pictures"] == 8
    for name in ("png", "jpeg50", "crop84"):
        for count in (2, 5):
            assert 0 <= figures[f"hard_right_{name}_{count}"] <= 1
            assert 0 <= figures[f"soft_right_together_4_{name}_{count}"] <= 1
    assert figures["milliseconds_whole_5"] > 0
    assert "jpeg20" in capsys.readouterr().out
