import importlib
import json
import pathlib

import pytest

from ..tiny_run import write_run

pytestmark = pytest.mark.slow

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"


def test_every_figure_of_the_table_is_measured_and_written(
    tmp_path, monkeypatch
):
    monkeypatch.syspath_prepend(BENCHMARKS)
    run = write_run(tmp_path / "run", "networks.num_bits=64")

    importlib.import_module("robustness").main(
        [f"--run={run}", "--pictures=32", f"--results={tmp_path}"]
    )

    figures = json.loads((tmp_path / "robustness.json").read_text())["figures"]
    assert figures["pictures"] == 32
    for name in (
        *("clean_png", "crop_0.9", "crop_0.7", "jpeg_80", "jpeg_50"),
        *("noise_0.05", "blur_0.08", "flip", "combined"),
    ):
        # Weights that were never trained read, and name, like chance.
        assert figures[f"{name}_low"] < figures[name] < figures[f"{name}_high"]
        assert figures[name] == pytest.approx(0.5, abs=0.06)
        assert figures[f"{name}_attributed"] == 0
