"""Runs of each method open, are what they were, and answer as they did."""

import json
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

import tf_fingerprint
from tf_fingerprint import cli
from tf_fingerprint import data
from tf_fingerprint.backends import replicas
from tf_fingerprint.config import files
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.passive.visualization import run as visual_run

from ..tiny_passive import pictures
from . import goldens

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return goldens.unpacked(tmp_path_factory.mktemp("before"), "runs")


def close(name, found, atol=1e-4):
    np.testing.assert_allclose(found, goldens.ARRAYS[name], atol=atol)


def same_picture(name, found):
    """Levels may be rounded another way, by one and rarely."""
    difference = np.abs(goldens.ARRAYS[name].astype(int) - found)
    assert difference.max() <= 1
    assert difference.mean() < 1e-3


def check_scalable(name, run):
    answer = goldens.ANSWERS[name]
    assert run.generator_digest == answer["generator_digest"]
    assert run.decoder_digest == answer["decoder_digest"]
    images = run.generate(2, fingerprints=np.zeros(32), seed=3)
    same_picture(f"{name}/images", images)
    close(f"{name}/logits", run.decode(goldens.ARRAYS[f"{name}/images"]))


def test_a_scalable_run(runs):
    run = tf_fingerprint.load(runs / "scalable")

    check_scalable("scalable", run)
    assert (
        run.calibration.digest
        == (goldens.ANSWERS["verdicts"]["plain"][0]["calibration_digest"])
    )


def test_an_artificial_run(runs):
    run = tf_fingerprint.load(runs / "artificial")

    answer = goldens.ANSWERS["artificial"]
    assert run.encoder_digest == answer["encoder_digest"]
    assert run.decoder_digest == answer["decoder_digest"]
    assert run.generator_digest == answer["generator_digest"]
    images = data.procedural_images(2, resolution=32)
    same_picture("artificial/marked", run.encode(images, np.tile([0, 1], 16)))
    close("artificial/logits", run.decode(images))


def test_a_passive_run(runs):
    run = passive_run.load(runs / "passive")

    answer = goldens.ANSWERS["passive"]
    assert list(run.labels) == answer["labels"]
    assert run.digest == answer["digest"]
    assert len(run.learned) == answer["learned"]
    images = np.concatenate([pictures(each, 2) for each in run.labels])
    close("passive/logits", run.read(images)[1])
    opinions = [each.to_dict() for each in run.judge(images)]
    for opinion, before in zip(opinions, answer["opinions"], strict=True):
        assert goldens.differences(before, opinion) == []


def test_a_run_that_shows_passive_fingerprints(runs):
    run = visual_run.load(runs / "passive_visualization")

    answer = goldens.ANSWERS["passive_visualization"]
    assert list(run.labels) == answer["labels"]
    images = np.concatenate([pictures(each, 2) for each in ("bright", "dark")])
    close("passive_visualization/logits", run.look(images).logits)
    close("passive_visualization/fingerprints", run.model_fingerprints)


def test_a_training_that_was_stopped_goes_on_to_the_same_end(
    runs, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        replicas,
        "choose_strategy",
        lambda: tf.distribute.MirroredStrategy(["CPU:0"]),
    )
    folder = shutil.copytree(runs / "stopped", tmp_path / "stopped")
    settings = files.read(folder / "config.toml")

    tf_fingerprint.train(settings, folder, resume=True, verbose=0)

    run = tf_fingerprint.load(folder)
    finished = tf_fingerprint.load(runs / "scalable")
    for name in ("generator", "decoder"):
        for value, expected in zip(
            getattr(run, name).get_weights(),
            getattr(finished, name).get_weights(),
            strict=True,
        ):
            np.testing.assert_allclose(value, expected, atol=1e-4)


@pytest.mark.parametrize("name", ["discriminator", "sealed"])
def test_networks_that_no_run_directory_holds(name, tmp_path):
    folder = goldens.unpacked(tmp_path, "networks")
    network = keras.saving.load_model(folder / f"{name}.keras")
    inputs = [
        goldens.ARRAYS[f"networks/{name}/input_{number}"]
        for number in range(len(network.inputs))
    ]

    outputs = network(inputs if len(inputs) > 1 else inputs[0], training=False)

    close(f"networks/{name}/output", outputs)


@pytest.mark.parametrize("name", ["plain", "soft"])
def test_verdicts_are_as_they_were(name, runs, tmp_path, monkeypatch, capsys):
    goldens.copied(tmp_path, "registry.db")
    shutil.copytree(goldens.FOLDER / "found", tmp_path / "found")
    monkeypatch.chdir(tmp_path)
    arguments = ["attribute", "found/000.png", "found/001.png"]
    arguments += ["--run", str(runs / "scalable"), "--registry", "registry.db"]
    arguments += ["--found-at", "2027-01-01", "--format", "json"]
    more = {"plain": ["--combine"], "soft": ["--decide", "soft"]}[name]

    assert cli.main(arguments + more) == 0

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    expected = goldens.ANSWERS["verdicts"][name]
    assert len(rows) == len(expected)
    for row, before in zip(rows, expected, strict=True):
        assert goldens.differences(before, row) == []
