import importlib
import json
import pathlib

import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint import methods
from tf_fingerprint import models

pytestmark = pytest.mark.slow

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"

CONFIG = """
[data]
source = "procedural:64"
resolution = 16
[networks]
num_bits = 64
latent_dim = 8
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
def script(monkeypatch):
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


def test_every_figure_is_measured_and_written(tmp_path, script, capsys):
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

    script("shipped").main(
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
    assert figures["jpeg90_bit_accuracy"] == pytest.approx(0.5, abs=0.05)
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


@pytest.fixture
def run(tmp_path):
    return methods.load(save_run(tmp_path / "run"))


@pytest.mark.parametrize("noise", ["random", "fixed", "none"])
def test_a_baseline_has_the_run_s_latents_and_noise(noise, tmp_path, script):
    run = methods.load(save_run(tmp_path / "run", noise))
    embedding = run.generator.embedding
    # Without these weights every fingerprint is as good as a neutral one.
    embedding.set_weights([0 * weight for weight in embedding.get_weights()])
    run.generator.save(tmp_path / "generator.keras")

    pictures = script("shipped_inputs").baseline_pictures(tmp_path, run, 70, 3)

    assert len(np.unique(pictures, axis=0)) == 70
    np.testing.assert_array_equal(pictures, run.generate(70, seed=3))


def test_a_baseline_takes_the_noise_that_it_was_trained_with(
    run, tmp_path, script
):
    baseline_pictures = script("shipped_inputs").baseline_pictures
    folder = save_run(tmp_path / "baseline", noise="none")

    own = baseline_pictures(folder, run, 2, 0)
    (folder / "config.toml").unlink()
    noisy = baseline_pictures(folder, run, 2, 0)

    assert (own != noisy).any()


def test_a_baseline_of_another_size_is_refused(run, tmp_path, script):
    sizes = SIZES | {"resolution": 32}
    models.Generator(**sizes, **STYLE).save(tmp_path / "generator.keras")

    with pytest.raises(SystemExit, match="`data.resolution` 16"):
        script("shipped_inputs").baseline_pictures(tmp_path, run, 2, 0)


@pytest.mark.parametrize("channels", [1, 3])
def test_png_keeps_every_pixel_and_jpeg_does_not(channels, script):
    files = script("shipped_inputs").files
    images = data.procedural_images(4, resolution=16)[..., :channels]

    def error(*kind, **options):
        form = {"resolution": 16, "channels": channels}
        contents = files(images, *kind, **options)
        read = [data.read_image(content, **form) for content in contents]
        return np.abs(np.stack(read).astype(int) - images).mean()

    assert error("PNG") == 0
    assert 0 < error("JPEG", quality=90) < 20


def test_bits_are_read_from_the_file_not_from_the_picture(script):
    class Recorder:
        def decode(self, contents):
            self.contents = contents
            return np.zeros((len(contents), 64))

    recorder = Recorder()
    images = data.procedural_images(2, resolution=16)

    for (_, decode), start in zip(
        script("shipped_inputs").decoders(recorder),
        (b"\x89PNG", b"\xff\xd8\xff"),
        strict=True,
    ):
        assert decode(images).shape == (2, 64)
        assert all(each.startswith(start) for each in recorder.contents)


def test_photographs_are_mirrored_only_where_they_are_too_few(script):
    choose = script("shipped_inputs").choose
    photographs = data.procedural_images(5, resolution=16)

    def names(chosen):
        return {picture.tobytes() for picture in chosen}

    mirrored = photographs[:, :, ::-1]
    assert names(choose(photographs, 5, 0)) == names(photographs)
    assert names(choose(photographs, 10, 0)) == names(photographs) | names(
        mirrored
    )
    assert len(names(choose(photographs, 3, 0)) & names(photographs)) == 3
    assert names(choose(photographs, 7, 0)) > names(photographs)
    with pytest.raises(SystemExit, match="11 pictures"):
        choose(photographs, 11, 0)
