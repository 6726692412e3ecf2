"""A run directory that was never trained: 16 x 16 pixels, 32 bits."""

import functools
import pathlib
import shutil

import keras
import numpy as np
import pytest

from tf_fingerprint import config
from tf_fingerprint import methods
from tf_fingerprint import models
from tf_fingerprint import registry
from tf_fingerprint.runs import directory as run_directory
from tf_fingerprint.scalable import run as scalable_run

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="session")
def tiny_run_dir(tmp_path_factory) -> pathlib.Path:
    """The directory; shared, so don't change it."""
    return _written(tmp_path_factory.getbasetemp() / "tiny_run")


@pytest.fixture
def tiny_run(tiny_run_dir) -> scalable_run.Run:
    """The opened run; shared, so don't change it."""
    return _opened(tiny_run_dir)


@pytest.fixture
def pretrained_is_tiny(tiny_run_dir, tmp_path, monkeypatch) -> pathlib.Path:
    """Puts the tiny run in the shipped weights' place."""
    shipped = tmp_path / "package" / "pretrained"
    shutil.copytree(tiny_run_dir, shipped)
    monkeypatch.setattr(run_directory, "SHIPPED", shipped)
    return shipped


def write_run(folder: pathlib.Path, *overrides: str, seed: int = 0):
    """Writes a run as a training would, with random weights."""
    settings = config.read(
        ROOT / "configs" / "smoke.toml", ["networks.num_bits=32", *overrides]
    )
    networks = settings.networks
    keras.utils.set_random_seed(seed)
    shape = {
        "resolution": settings.data.resolution,
        "channels": settings.data.channels,
        "num_bits": networks.num_bits,
        "latent_dim": networks.latent_dim,
    }
    generator = models.Generator(
        **shape,
        style_dim=networks.style_dim,
        embedding_layers=networks.embedding_layers,
        embedding_learning_rate_multiplier=1.0,
        signed_bits=networks.signed_bits,
        max_channels=networks.max_channels,
        modulated_resolutions=networks.modulated_resolutions,
        noise_strength=0.1,
    )
    decoder = models.Decoder(
        **shape, max_channels=networks.decoder_max_channels
    )
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(config.to_toml(settings))
    generator.save(folder / "generator.keras")
    decoder.save(folder / "decoder.keras")
    return folder


def issue_what_is_read(run, image, path, recipient="Acme"):
    """Records what the decoder reads in an image as a recipient's."""
    [logits] = run.decode(image)
    with registry.open_store(path, create=True) as store:
        return registry.issue(
            store, recipient, generator=run.record, draw=lambda _: logits > 0
        )


def close_to(images, expected):
    """Checks that levels differ by rounding only, by one and rarely."""
    difference = np.abs(images.astype(int) - expected)
    assert images.shape == expected.shape
    assert difference.max() <= 1
    assert difference.mean() < 0.01


@functools.cache
def _written(folder):
    return write_run(folder)


@functools.cache
def _opened(folder):
    return methods.load(folder)
