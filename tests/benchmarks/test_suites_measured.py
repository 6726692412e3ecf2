"""The scripts that write a suite's figures, on a run that was never trained."""

import importlib
import json
import pathlib

import pytest

from ..evaluation.weights import save_tiny_weights
from .test_shipped import save_run

pytestmark = pytest.mark.slow

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def figures_of(monkeypatch, tmp_path):
    """Runs a script; returns what it wrote."""
    monkeypatch.syspath_prepend(BENCHMARKS)

    def run(script, result, *more):
        importlib.import_module(script).main(
            ["--run", str(save_run(tmp_path / script)), "--pictures", "40"]
            + ["--results", str(tmp_path), *map(str, more)]
        )
        return json.loads((tmp_path / f"{result}.json").read_text())["figures"]

    return run


def test_fidelity_is_written_with_its_intervals(figures_of, tmp_path):
    figures = figures_of(
        *("fidelity", "fidelity", "--photographs", "procedural:40"),
        *("--features", save_tiny_weights(tmp_path)),
        *("--baseline", save_run(tmp_path / "baseline")),
    )

    for name in ("frechet_mobilenet", "frechet_mobilenet_baseline"):
        assert figures[f"{name}_low"] < figures[name] < figures[f"{name}_high"]
    assert figures["frechet_mobilenet_pictures"] == 40
    assert figures["photographs"] == 40
    assert 0 <= figures["precision"] <= 1


def test_attribution_is_written_for_all_numbers_of_copies(figures_of):
    figures = figures_of(
        *("evaluation_attribution", "evaluation_attribution"),
        *("--photographs", "procedural:30"),
    )

    # Weights that were never trained name nobody, which strangers deserve.
    assert figures["closed_10000"] == 0
    assert figures["open_10000"] == 0.5
    assert figures["strangers_accused_1"] == 0
    assert figures["open_1_pictures"] == 80
