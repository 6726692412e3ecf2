"""The benchmarks of the passive method run, on few pictures of few pixels."""

import importlib
import json
import pathlib
import shutil

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tf_fingerprint import config as configs
from tf_fingerprint.backends import replicas
from tf_fingerprint.passive import run as passive_runs
from tf_fingerprint.passive import sources as reading
from tf_fingerprint.passive import training
from tf_fingerprint.passive.visualization import (
    training as visualization_training,
)
from tf_fingerprint.runs import directory
from tf_fingerprint.training import loop

from .. import tiny_passive
from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def benchmark(monkeypatch):
    """Imports a benchmark."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    tiny_passive.write_sources(folder / "architectures")
    return folder


@pytest.fixture(scope="module")
def runs(sources, tmp_path_factory):
    """Run directories of classifiers that have learned nothing."""
    folder = tmp_path_factory.mktemp("runs")
    for number, overrides in enumerate(
        (
            ["data.leave_out="],
            ["data.leave_out=dark"],
            ["data.leave_out=", "attack.name=noise"],
            ["data.leave_out=", "network.variant=low"],
            [
                *("data.leave_out=", "network.variant=postpool"),
                "network.switching_resolution=8",
            ],
        )
    ):
        written(
            training.RECIPE,
            tiny_passive.tiny_config(*overrides),
            sources / "architectures",
            folder / f"run_{number}",
        )
    return folder


def written(recipe, config, sources, folder):
    """What a training leaves that has learned nothing."""
    config = tiny_passive.of_sources(config, sources)
    inputs = recipe.read(config)
    model = recipe.build(config, inputs)
    run = directory.RunDirectory(folder)
    run.claim(config, inputs.record, resume=False)
    loop.save_networks(model, folder)
    recipe.finish(folder, config, inputs)


def test_what_there_are_runs_for_is_measured(
    benchmark, sources, runs, tmp_path, capsys
):
    benchmark("passive").main(
        [
            *("--sources", str(sources), "--runs", str(runs)),
            *("--results", str(tmp_path), "--report", str(tmp_path)),
            *("--curve-pictures", "4", "--no-strangers"),
        ]
    )

    figures = json.loads((tmp_path / "passive.json").read_text())["figures"]
    assert {
        "architectures_accuracy",
        "architectures_bright_as_dark",
        "unknown_detected_dark",
        "unknown_detected_at_5_percent",
        "unknown_dark_by_energy",
        "frechet_ratio",
        "before_combined",
        "immunised_noise",
        "baseline_nearest_pixels",
        "baseline_prnu",
        "low_4",
        "postpool_6",
        "pictures",
    } <= set(figures)
    taken = sum(
        figures[f"architectures_{label}_as_{label}"]
        for label in ("bright", "dark", "striped")
    )
    assert figures["architectures_accuracy"] == pytest.approx(
        taken / figures["pictures"]
    )
    missing = [
        line.removeprefix("not measured: ").split(",")[0]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("not measured")
    ]
    assert {"seeds", "seeds_accuracy", "immunised_jpeg"} <= set(missing)
    assert {"frechet_ratio_gain", "curve of high"} <= set(missing)
    assert "curve of low" not in missing
    page = (tmp_path / "report.html").read_text()
    assert "side of a patch in pixels" in page
    assert "architectures accuracy" in page


def test_strangers_are_asked_about_by_every_score(benchmark, sources, runs):
    run = passive_runs.load(runs / "run_0")
    strangers = {"noise": np.zeros((7, 16, 16, 3), np.uint8)}
    folder = sources / "architectures"
    share = benchmark("passive_measured").share

    figures = {}
    for new in benchmark("passive_strangers").measured(
        run, folder, strangers, share
    ):
        figures |= new

    for score in ("energy", "distance", "either"):
        assert figures[f"unknown_noise_by_{score}_pictures"] == 7
    _, _, unknown = run.classify(strangers["noise"])
    assert figures["unknown_noise_by_either"] == unknown.mean()


def test_the_sheet_has_a_row_for_each_source(benchmark, sources, tmp_path):
    config = configs.read(
        None,
        [
            *("data.resolution=16", "network.channel_base=32"),
            "network.max_channels=4",
        ],
        kind=configs.VisualizationConfig,
    )
    folder = sources / "architectures"
    written(visualization_training.RECIPE, config, folder, tmp_path / "run")

    benchmark("passive_picture").main(
        [
            *(str(tmp_path / "sheet.png"), "--run", str(tmp_path / "run")),
            *("--sources", str(folder)),
        ]
    )

    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    # Three sources; before their responses, the picture in three forms.
    assert sheet.shape == (2 * 4 * 16, 2 * (3 + 3) * 16, 3)
    assert (sheet[:32, :96] == 255).all()
    wanted = tiny_passive.of_sources(config, folder).data
    pictures = reading.read(wanted).parts[reading.TEST]
    first = pictures.images[pictures.sources == 0][0]
    np.testing.assert_array_equal(sheet[32:64:2, :32:2], first)


def test_the_page_shows_what_was_measured(benchmark, tmp_path):
    shutil.copy(ROOT / "docs" / "passive_results.md", tmp_path)
    figures = {
        "architectures_accuracy": 0.99,
        "architectures_accuracy_low": 0.98,
        "architectures_accuracy_high": 0.995,
        "architectures_real_as_real": 7,
        "architectures_real_as_wgan_gp": 1,
        "architectures_wgan_gp_as_real": 2,
        "architectures_wgan_gp_as_wgan_gp": 8,
        **{f"low_16{end}": 0.5 for end in ("", "_low", "_high")},
        **{f"low_4{end}": 0.25 for end in ("", "_low", "_high")},
    }
    (tmp_path / "passive.json").write_text(
        json.dumps({"command": "python it.py", "figures": figures})
    )

    benchmark("passive_page").main(
        ["--docs", str(tmp_path), "--results", str(tmp_path)]
    )

    lines = (tmp_path / "passive_results.md").read_text().splitlines()
    assert (
        "| real and four architectures | 0.99 | 0.98 to 0.995 | 0.98 | 0.994 "
        "| `python it.py` |"
    ) in lines
    assert "| is | real | wgan_gp |" in lines
    assert "| wgan_gp | 2 | 8 |" in lines
    assert lines.index("| 4 | 0.25 | 0.25 to 0.25 |") + 1 == lines.index(
        "| 16 | 0.5 | 0.5 to 0.5 |"
    )
    assert "| real and ten seeds" not in "".join(lines)


def test_copies_are_told_apart_by_either_method(
    benchmark, tiny_run_dir, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        replicas,
        "choose_strategy",
        lambda: tf.distribute.MirroredStrategy(["CPU:0"]),
    )

    benchmark("passive_instances").main(
        [
            *("--run", str(tiny_run_dir), "--results", str(tmp_path)),
            *("--copies", "2", "--images", "32", "--pictures", "400"),
            *("--test-pictures", "8"),
            *("--set", "network.channel_base=16"),
            *("--set", "training.mixed_precision=float32"),
            *("--set", "unknown.max_false_positive_rate=0.1"),
        ]
    )

    path = tmp_path / "passive_instances.json"
    figures = json.loads(path.read_text())["figures"]
    for name in (
        "passive_closed_2",
        "passive_open_called_unknown_2",
        "fingerprint_closed_2",
        "fingerprint_open_2",
    ):
        assert 0 <= figures[name] <= 1
        assert figures[f"{name}_pictures"] == 8
