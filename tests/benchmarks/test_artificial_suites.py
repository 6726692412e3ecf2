"""What the artificial method's figures are made of, and where they go."""

import importlib
import json
import pathlib
import shutil

import numpy as np
import pytest
from PIL import Image

from .. import tiny_codec
from ..evaluation.weights import save_tiny_weights

pytestmark = pytest.mark.slow

ROOT = pathlib.Path(__file__).parents[2]
FINGERPRINT = "0123abcd"


@pytest.fixture
def benchmark(monkeypatch):
    """Imports a benchmark, or an example."""
    monkeypatch.syspath_prepend(ROOT / "examples")
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module


def save_pictures(folder, count, seed):
    folder.mkdir(parents=True)
    images = tiny_codec.photographs(count, seed)
    for number, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def generator_dir(benchmark, tmp_path):
    """A DCGAN that has learned nothing, and pictures that it didn't make."""
    folder = tmp_path / "dcgan"
    save_pictures(folder / "samples", 70, seed=1)
    script = benchmark("dcgan")
    parser = benchmark("training").parser(script.EXAMPLE)
    options = parser.parse_args(
        [*("photographs", "--to", str(folder)), *("--resolution", "32")]
        + ["--width", "2"]
    )
    script.generator(options).save(folder / "generator.keras")
    return folder


def test_points_of_the_paper_are_measured(benchmark, generator_dir, tmp_path):
    codec = tiny_codec.write_run(tmp_path / "codec")
    photographs = save_pictures(tmp_path / "photographs", 40, seed=0)
    benchmark("artificial_suites").main(
        ["--codec", str(codec), "--photographs", str(photographs)]
        + ["--generator", "dcgan", str(generator_dir), FINGERPRINT]
        + ["--features", str(save_tiny_weights(tmp_path))]
        + ["--pictures", "70", "--changed", "4", "--no-secrecy"]
        + ["--results", str(tmp_path)]
    )
    path = tmp_path / "artificial_suites.json"
    figures = json.loads(path.read_text())["figures"]

    published = benchmark("artificial_suites").published
    for kind in ("noise", "blur", "jpeg", "crop"):
        for strength, _ in published.curves(kind)[published.ARTIFICIAL]:
            # Nothing was learned: chance, and intervals that hold it.
            for name in ("photographs", "dcgan"):
                key = f"{name}_{kind}_{strength:.4g}"
                assert figures[f"{key}_low"] < figures[key] < 0.85
                assert figures[f"{key}_high"] > figures[key] > 0.15
            assert 0 <= figures[f"dcgan_{kind}_{strength:.4g}_vote"] <= 1
    assert figures["dcgan_pictures"] == 70
    # Without noise on weights nothing changes; with noise, pictures do.
    assert figures["dcgan_weight_noise_change_0"] == 0
    assert figures["dcgan_weight_noise_change_0.3"] > 0
    assert figures["dcgan_rounding_distance_0"] > 0
    assert "remarking_first_0.5" in figures


CODEC = {
    "codec_accuracy_png": 0.99,
    "codec_psnr": 33.0,
    "ratio_to_pytorch": 1.1,
    "pictures": 200,
    "accuracy_at_4000": 0.6,
    "psnr_at_4000": 8.0,
}
KEYS = ("attributed_vote", "frechet_cost", "kernel_cost")


def transfer(**singles):
    figures = {"accuracy_single_worst": 0.0}
    for number, (name, single) in enumerate(singles.items()):
        figures |= {
            f"{name}_accuracy_single": single,
            f"{name}_accuracy_vote": single,
            f"{name}_clean_accuracy_single": 0.5,
            f"{name}_pictures": 100,
            **{f"{name}_{key}": 0.01 * number for key in KEYS},
        }
    return figures


def test_the_worst_gan_is_what_counts(benchmark):
    figures = benchmark("artificial").together(
        CODEC, transfer(dcgan=0.9, stylegan2=0.95, other=0.7, diffusion=0.6)
    )

    assert figures["gan_accuracy_single"] == 0.9
    assert figures["gan_accuracy_vote64"] == 0.9
    assert figures["fidelity_cost"] == 0.01
    assert figures["diffusion_accuracy_single"] == 0.6
    assert figures["pictures"] == 400  # The codec's, and of two GANs.
    assert figures["gans"] == 2


def test_figures_of_all_files_come_together(benchmark, tmp_path):
    for name, figures in (
        ("transfer_slower", {"stylegan2_pictures": 3}),
        ("transfer", {"stylegan2_pictures": 1, "bits": 64}),
        ("transfer_fine", {"dcgan_pictures": 2, "bits": 32}),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps({"figures": figures}))

    found = benchmark("artificial").of_all(tmp_path, "transfer")

    assert found == {"stylegan2_pictures": 3, "dcgan_pictures": 2, "bits": 64}


def test_the_page_shows_what_was_measured_and_nothing_else(benchmark, tmp_path):
    page = benchmark("artificial_page")
    shutil.copy(ROOT / "docs" / page.PAGE, tmp_path)
    results = tmp_path / "results"
    results.mkdir()
    random = np.random.default_rng(0)
    figures = {
        f"{name}_{kind}_{strength:.4g}{end}": float(random.uniform(0.5, 1))
        for name in ("photographs", "dcgan")
        for kind in page.UNITS
        for strength, _ in page.published.curves(kind)[
            page.published.ARTIFICIAL
        ]
        for end in ("", "_vote")
    }
    figures["dcgan_pictures"] = 70
    moved = transfer(dcgan=0.9)
    moved |= {f"dcgan_{key}": 0.25 for key in page.GENERATORS}
    for name, measured in (
        ("artificial_codec", CODEC),
        ("artificial_transfer", moved),
        ("artificial_suites", figures),
    ):
        path = results / f"{name}.json"
        path.write_text(json.dumps({"command": name, "figures": measured}))
    page.main(["--docs", str(tmp_path), "--results", str(results)])

    text = (tmp_path / page.PAGE).read_text()
    key = "jpeg_80"
    row = next(line for line in text.splitlines() if line.startswith("| 80 |"))
    assert row.split(" | ")[2] == f"{figures[f'photographs_{key}']:.3f}"
    assert row.split(" | ")[4] == f"{figures[f'dcgan_{key}']:.3f}"
    assert "| 4,000 | 0.6000 | 8.00 |" in text
    # No weights were changed: the table is there, without a row.
    part = text.partition("<!-- rounding -->")[2]
    assert len(part.partition("<!-- end")[0].strip().splitlines()) == 2
