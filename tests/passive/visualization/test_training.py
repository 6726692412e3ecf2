import csv

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tf_fingerprint import cli
from tf_fingerprint import config as configs
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint.backends import replicas
from tf_fingerprint.passive import sources as reading
from tf_fingerprint.passive.visualization import (
    pictures as fingerprint_pictures,
)
from tf_fingerprint.passive.visualization import run as visualization_run

from ... import tiny_passive
from ...export.page import browser
from ...tiny_passive import sources_dir as sources_dir
from ...tiny_run import ROOT

pytestmark = pytest.mark.slow

OVERRIDES = (
    f"data.resolution={tiny_passive.SIDE}",
    "data.calibration_share=0.3",
    "network.channel_base=64",
    "network.max_channels=8",
    "training.images=64",
    "training.batch_size=16",
    "training.steps_per_epoch=2",
    "training.grid_epochs=2",
)


def config(*overrides):
    return configs.read(
        None, [*OVERRIDES, *overrides], kind=configs.VisualizationConfig
    )


@pytest.fixture(scope="module")
def run_dir(sources_dir, tmp_path_factory):
    """Trained by the command, four steps in two epochs."""
    folder = tmp_path_factory.mktemp("visual") / "run"
    sets = [part for each in OVERRIDES for part in ("--set", each)]
    arguments = ["passive", "visualize", sources_dir, "--run-dir", folder]
    with pytest.MonkeyPatch.context() as patch:
        # One processor: compiling for two takes twice as long.
        patch.setattr(
            replicas,
            "choose_strategy",
            lambda: tf.distribute.MirroredStrategy(["CPU:0"]),
        )
        assert cli.main([str(each) for each in [*arguments, *sets]]) == 0
    return folder


@pytest.fixture(scope="module")
def files(sources_dir):
    return [sources_dir / "dark" / "003.png", sources_dir / "bright/004.png"]


@pytest.fixture(scope="module")
def shown(run_dir, files, tmp_path_factory):
    """What the command wrote of two pictures."""
    folder = tmp_path_factory.mktemp("shown")
    arguments = ["passive", "fingerprints", run_dir, "--to", folder]
    arguments += ["--images", *files]
    assert cli.main([str(each) for each in arguments]) == 0
    return folder


def test_a_run_holds_network_log_and_grids(run_dir):
    run = visualization_run.load(run_dir)

    assert run.labels == ("bright", "dark", "striped")
    with open(run_dir / "metrics.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["images"]) for row in rows] == [32, 64]
    assert {"cross_entropy", "gradient_penalty", "held_out_accuracy"} <= set(
        rows[-1]
    )
    with Image.open(run_dir / "grids" / "000000064.png") as grid:
        size = grid.size
    assert size == (8 * tiny_passive.SIDE, 3 * tiny_passive.SIDE)


def test_another_experiments_run_is_not_gone_on_with(sources_dir, run_dir):
    same, other = (
        tiny_passive.of_sources(config(*overrides), sources_dir)
        for overrides in ((), ("losses.reconstruction=10",))
    )

    with pytest.raises(errors.RunError, match="holds a run already"):
        methods.train(same, run_dir, verbose=0)
    with pytest.raises(errors.RunError, match="was 20.0 and is 10.0"):
        methods.train(other, run_dir, resume=True, verbose=0)


def test_what_is_no_run_is_told(tmp_path):
    with pytest.raises(errors.RunError, match="Missing: config.toml, visual"):
        visualization_run.load(tmp_path)


def test_settings_are_checked():
    with pytest.raises(errors.ConfigError, match="decay_images` must be at m"):
        config("optimizer.decay_images=100")
    with pytest.raises(errors.ConfigError, match="unknown key `losses.path`"):
        config("losses.path=1")


def test_the_config_names_its_command_and_is_written_again(tmp_path):
    path = ROOT / "configs" / "passive_visualization_64.toml"
    read = configs.read(path)
    comment = path.read_text().partition("\n[")[0]
    (tmp_path / "config.toml").write_text(configs.to_toml(read))

    assert f"tf-fingerprint train configs/{path.name}" in comment
    assert configs.read(tmp_path / "config.toml") == read


def test_files_are_drawn_as_in_the_paper(run_dir, files, shown):
    run = visualization_run.load(run_dir)
    seen = run.look(files)

    def drawn(name):
        return np.asarray(Image.open(shown / f"{name}.png")).astype("float")

    models = run.model_fingerprints
    for label, fingerprint in zip(run.labels, models, strict=True):
        levels = (fingerprint - models.min()) / np.ptp(models) * 255
        assert np.abs(drawn(f"model_fingerprint_{label}") - levels).max() < 0.51
    levels = (seen.fingerprints[0].clip(-1, 1) + 1) * 127.5
    assert np.abs(drawn("image_fingerprint_003") - levels).max() < 0.51
    response = seen.fingerprints[1] * models[2]
    levels = (response.clip(0, 5) + 5) * 25.5
    assert np.abs(drawn("response_004_to_striped") - levels).max() < 0.51
    assert len(list(shown.glob("*.png"))) == 3 + 2 + 6


def test_responses_add_up_to_the_logits(run_dir, files):
    run = visualization_run.load(run_dir)
    seen = run.look(files)

    responses = run.responses(seen.fingerprints)

    np.testing.assert_allclose(
        responses.sum(axis=(2, 3, 4)) / np.sqrt(responses[0, 0].size),
        seen.logits,
        atol=1e-4,
    )


def test_pictures_of_one_name_are_called_by_their_folders_too(
    run_dir, sources_dir, tmp_path
):
    files = [sources_dir / label / "003.png" for label in ("dark", "bright")]

    fingerprint_pictures.write(visualization_run.load(run_dir), tmp_path, files)

    for label in ("dark", "bright"):
        assert (tmp_path / f"image_fingerprint_{label}_003.png").is_file()


def test_a_picture_given_twice_is_refused_before_anything_is_written(
    run_dir, files, tmp_path
):
    run, folder = visualization_run.load(run_dir), tmp_path / "shown"

    with pytest.raises(errors.DataError, match="Received twice: dark_003"):
        fingerprint_pictures.write(run, folder, [files[0], files[0]])
    assert not folder.exists()


def test_some_pictures_are_of_all_sources():
    images = data.procedural_images(9, resolution=16)
    sources = np.repeat([0, 1, 2], 3)
    names = tuple(map(str, sources))

    taken = fingerprint_pictures.some(
        reading.Labelled(images, sources, names), most=4
    )

    np.testing.assert_array_equal(taken, images[[0, 1, 3, 6]])


@pytest.mark.slow
@pytest.mark.skipif(
    browser.CHROMIUM is None, reason="there is no Chromium here"
)
def test_a_browser_shows_the_page(shown, tmp_path):
    with browser.started(tmp_path / "profile") as chromium:
        chromium.show_as(400)
        chromium.open((shown / "report.html").as_uri())
        seen = chromium.evaluate(
            """(() => {
            const all = (name) => [...document.querySelectorAll(name)];
            return {
              headings: all("h2").map((each) => each.innerText),
              pictures: all("img").map((each) => each.naturalWidth),
              wide: all("img").every(
                (each) => each.getBoundingClientRect().width > 50),
              words: all("figcaption").slice(0, 3).map(
                (each) => each.innerText),
              overflow: document.documentElement.scrollWidth
                - document.documentElement.clientWidth,
              loaded: performance.getEntriesByType("resource")
                .filter((each) => !each.name.startsWith("data:")).length,
            }; })()"""
        )
        assert seen == {
            "headings": ["Model fingerprints", "003", "004"],
            "pictures": [tiny_passive.SIDE] * (3 + 2 * 6),
            "wide": True,
            "words": ["bright", "dark", "striped"],
            "overflow": 0,
            "loaded": 0,
        }
        assert chromium.console == []
