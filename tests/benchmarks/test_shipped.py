import importlib
import json
import math
import pathlib

import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint import models

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"

CONFIG = """
[data]
source = "procedural:64"
resolution = 16
[networks]
num_bits = 64
noise = "{noise}"
[curriculum]
initial_bits = 8
[training]
images = 64
"""

SIZES = {
    "resolution": 16,
    "num_bits": 64,
    "latent_dim": 8,
    "channel_base": 64,
    "max_channels": 8,
}

STYLE = {
    "style_dim": 8,
    "embedding_layers": 1,
    "embedding_learning_rate_multiplier": 1.0,
    "signed_bits": True,
    "noise_strength": 0.1,
}


@pytest.fixture
def benchmark(monkeypatch):
    """Imports one of the scripts, which lie in no package."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module


def save_run(folder, noise="random"):
    folder.mkdir()
    models.Generator(**SIZES, **STYLE).save(folder / "generator.keras")
    models.Decoder(**SIZES).save(folder / "decoder.keras")
    (folder / "config.toml").write_text(CONFIG.format(noise=noise))
    return folder


def save_features(path):
    """The first layer of something like MobileNet."""
    np.savez(
        path,
        **{"strides": np.int32([8]), "00_dw": np.bool_(False)},
        **{"00_w": np.random.default_rng(0).integers(0, 256, (3, 3, 3, 5))},
        **{"00_scale": np.float32(0.01), "00_zero": np.int32(128)},
        **{"00_bias": np.zeros(5, "float32")},
    )
    return path


def test_every_figure_is_measured_and_written(tmp_path, benchmark, capsys):
    run = save_run(tmp_path / "run")
    baseline = tmp_path / "baseline"
    baseline.mkdir()
    models.Generator(**SIZES, **STYLE).save(baseline / "generator.keras")
    arguments = {
        "run": run,
        "baseline": baseline,
        "photographs": "procedural:40",
        "other-photographs": "procedural:8",
        "features": save_features(tmp_path / "features.npz"),
        "pictures": 64,
        "results": tmp_path,
    }

    benchmark("shipped").main(
        [f"--{name}={value}" for name, value in arguments.items()]
    )

    figures = json.loads((tmp_path / "shipped.json").read_text())["figures"]
    # Weights that were never trained read, and name, like chance.
    low, high = (
        figures["bit_accuracy_png_low"],
        figures["bit_accuracy_png_high"],
    )
    assert low < figures["bit_accuracy_png"] < high
    assert figures["bit_accuracy_png"] == pytest.approx(0.5, abs=0.05)
    assert figures["bit_accuracy_jpeg90"] == pytest.approx(0.5, abs=0.05)
    assert figures["attributed_right_of_1000"] == 0
    assert figures["attributed_wrong"] == 0
    assert figures["attributed_nobody"] == figures["pictures"] == 64
    assert figures["jpeg90_attributed_nobody"] == 64
    assert figures["photographs"] == 48
    assert figures["photographs_named"] == 0
    cost = figures["frechet"] / figures["frechet_baseline"] - 1
    assert figures["fidelity_cost"] == pytest.approx(cost)
    cost = figures["kid"] / figures["kid_baseline"] - 1
    assert figures["kid_cost"] == pytest.approx(cost)
    assert 0 < figures["fingerprint_variance_share"] < 1
    assert 0 < figures["fingerprint_psnr"] < 60
    assert "bit_accuracy_png" in capsys.readouterr().out


@pytest.mark.parametrize("noise", ["random", "fixed", "none"])
def test_noise_is_as_in_the_training(noise, tmp_path, benchmark):
    run = benchmark("saved_run").SavedRun(save_run(tmp_path / "run", noise))

    latents, maps = run.draw(np.random.default_rng(0), 2)

    assert latents.shape == (2, 8)
    assert maps.shape == (2, models.num_noise(16))
    assert (maps[0] == maps[1]).all() == (noise != "random")
    assert maps.any() == (noise != "none")
    if noise == "fixed":
        np.testing.assert_array_equal(maps[0], models.fixed_noise(16))


def test_latents_follow_the_seed_whatever_the_fingerprints(tmp_path, benchmark):
    run = benchmark("saved_run").SavedRun(save_run(tmp_path / "run"))
    bits = run.draw_fingerprints(3)

    pictures = run.maker(0)(bits)

    assert pictures.dtype == np.uint8
    np.testing.assert_array_equal(pictures, run.maker(0)(bits))
    assert (pictures != run.maker(1)(bits)).any()
    assert (pictures != run.maker(0)(1 - bits)).any()


def test_a_baseline_pays_no_heed_to_fingerprints(tmp_path, benchmark):
    saved_run = benchmark("saved_run")
    folder = save_run(tmp_path / "run")
    run = saved_run.SavedRun(folder)
    baseline = saved_run.SavedRun(folder, like=run)
    bits = run.draw_fingerprints(3)

    pictures = baseline.maker(0)(bits)

    np.testing.assert_array_equal(pictures, baseline.maker(0)(1 - bits))
    assert (pictures != run.maker(0)(bits)).any()


@pytest.mark.parametrize(
    "kind, options, loss", [("PNG", {}, 0), ("JPEG", {"quality": 90}, 20)]
)
def test_what_is_decoded_is_what_the_file_holds(
    kind, options, loss, tmp_path, benchmark
):
    run = benchmark("saved_run").SavedRun(save_run(tmp_path / "run"))
    images = data.procedural_images(4, resolution=16)
    seen = []
    run.decode = seen.append

    run.reader(kind, **options)(images)

    error = np.abs(seen[0].astype(int) - images).mean()
    assert (error > 0) == (loss > 0)
    assert error <= loss


def test_photographs_are_mirrored_only_where_they_are_too_few(benchmark):
    choose = benchmark("shipped").choose
    photographs = data.procedural_images(5, resolution=16)

    def names(chosen):
        return {picture.tobytes() for picture in chosen}

    mirrored = photographs[:, :, ::-1]
    assert names(choose(photographs, 5)) == names(photographs)
    assert names(choose(photographs, 10)) == names(photographs) | names(
        mirrored
    )
    assert len(names(choose(photographs, 3)) & names(photographs)) == 3
    with pytest.raises(SystemExit, match="11 pictures"):
        choose(photographs, 11)
    assert math.prod(choose(photographs, 7).shape) == 7 * 16 * 16 * 3
