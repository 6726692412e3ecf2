"""The comparison with other libraries; they need not be installed."""

import importlib
import importlib.util
import json
import pathlib
import sys

import numpy as np
import pytest

from ..tiny_run import write_run

pytestmark = pytest.mark.slow

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def script(monkeypatch):
    """Imports one of the scripts, which lie in no package."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module


def test_whoever_is_nearest_is_named_if_near_enough(script):
    issued = np.random.default_rng(0).integers(0, 2, (1000, 64))
    read = issued[[3, 7, 9]].copy()
    read[1, :8] ^= 1  # 56 of 64 are just enough among 1,000.
    read[2, :9] ^= 1

    assert script("peers").names(read, issued).tolist() == [3, 7, -1]


def test_a_library_that_is_not_there_is_named(script, tmp_path):
    if importlib.util.find_spec("imwatermark"):
        pytest.skip("it is there")
    sides = script("peers_sides")
    images = np.zeros((1, 256, 256, 3), np.uint8)

    with (
        sides.Worker(sys.executable, tmp_path) as worker,
        pytest.raises(SystemExit, match="Are invisible-watermark"),
    ):
        sides.Library(worker, "dwtDct", 32, 256).read(images)


def test_one_run_does_not_take_anothers_figures(script, tmp_path, monkeypatch):
    monkeypatch.setattr(script("peers_sides"), "PEERS", ())
    run = write_run(tmp_path / "run", "networks.num_bits=64")

    with pytest.raises(SystemExit, match="names of their own"):
        script("peers").main(
            ["--runs", str(run), str(run), "--photographs", "procedural:64"]
            + ["--results", str(tmp_path)]
        )

    assert not (tmp_path / "peers.json").exists()


def test_this_project_s_side_is_measured(script, tmp_path, monkeypatch):
    monkeypatch.setattr(script("peers_sides"), "PEERS", ())
    run = write_run(tmp_path / "run", "networks.num_bits=64")

    script("peers").main(
        ["--runs", str(run), "--photographs", "procedural:64"]
        + ["--rounds", "1", "--results", str(tmp_path)]
    )

    figures = json.loads((tmp_path / "peers.json").read_text())["figures"]
    prefix = "run_64_bits_16"
    assert 0.3 < figures[f"{prefix}_clean_png_bit_accuracy"] < 0.7
    assert figures[f"{prefix}_clean_png_attributed"] == 0
    assert figures[f"{prefix}_unmarked_named"] == 0
    assert 0.5 <= figures[f"{prefix}_unmarked_habit"] <= 1
    assert figures[f"{prefix}_read_per_second_batch_64"] > 0
    assert figures[f"{prefix}_make_per_second_batch_1"] > 0
