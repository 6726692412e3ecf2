"""Run directories: complete, of one training, known by their weights."""

import shutil

import keras
import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint.runs import directory as run_directory

from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir


def test_a_missing_directory_is_named(tmp_path):
    with pytest.raises(errors.RunError, match="nowhere.*no such run"):
        methods.load(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["config.toml", "decoder.keras"])
def test_a_missing_file_is_named(tiny_run_dir, tmp_path, name):
    folder = shutil.copytree(tiny_run_dir, tmp_path / "run")
    (folder / name).unlink()

    with pytest.raises(errors.RunError, match=f"Missing: {name}"):
        methods.load(folder)


def test_a_broken_file_is_named(tiny_run_dir, tmp_path):
    folder = shutil.copytree(tiny_run_dir, tmp_path / "run")
    content = (folder / "decoder.keras").read_bytes()
    (folder / "decoder.keras").write_bytes(content[: len(content) // 2])

    with pytest.raises(errors.RunError, match="decoder.keras: can't be"):
        methods.load(folder)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("resolution = 16", "resolution = 32", "data.resolution` 32.* 16"),
        ("num_bits = 32", "num_bits = 64", "networks.num_bits` 64.* 32"),
    ],
)
def test_files_of_two_runs_are_told_apart(
    tiny_run_dir, tmp_path, before, after, message
):
    folder = shutil.copytree(tiny_run_dir, tmp_path / "run")
    settings = (folder / "config.toml").read_text()
    (folder / "config.toml").write_text(settings.replace(before, after))

    with pytest.raises(errors.RunError, match=message):
        methods.load(folder)


def test_networks_in_each_others_place_are_told(tiny_run_dir, tmp_path):
    folder = shutil.copytree(tiny_run_dir, tmp_path / "run")
    shutil.copy(folder / "decoder.keras", folder / "generator.keras")

    with pytest.raises(errors.RunError, match="must hold a generator"):
        methods.load(folder)


def test_is_the_weights_not_the_files(tiny_run, tmp_path):
    tiny_run.generator.save(tmp_path / "again.keras")
    again = keras.saving.load_model(tmp_path / "again.keras")

    assert run_directory.weights_digest(again) == tiny_run.generator_digest
    assert tiny_run.generator_digest != tiny_run.decoder_digest


def test_sees_one_changed_weight(tiny_run, tmp_path):
    tiny_run.decoder.save(tmp_path / "changed.keras")
    changed = keras.saving.load_model(tmp_path / "changed.keras")
    bias = changed.get_layer("outputs").bias.numpy()
    bias[-1] = np.nextafter(bias[-1], np.float32(1))
    changed.get_layer("outputs").bias.assign(bias)

    assert run_directory.weights_digest(changed) != tiny_run.decoder_digest
