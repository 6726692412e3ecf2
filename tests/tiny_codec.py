"""A codec of two channels, and a run directory that was never trained."""

import functools
import pathlib

import keras
import numpy as np
import pytest

import tf_fingerprint
from tf_fingerprint import artificial
from tf_fingerprint import config

ROOT = pathlib.Path(__file__).parents[1]
SIDE, NUM_BITS = 32, 32

OVERRIDES = (
    "networks.encoder_width=2",
    "networks.decoder_width=2",
    "networks.dense_units=8",
    "networks.initializer=he",
)


def tiny_config(*overrides):
    """The smoke configuration with two channels."""
    return config.read(
        ROOT / "configs" / "codec_smoke.toml", [*OVERRIDES, *overrides]
    )


def build_encoder(**options):
    return artificial.Encoder(
        SIDE, NUM_BITS, **{"width": 2, "initializer": "he", **options}
    )


def build_decoder(**options):
    settings = {"width": 2, "dense_units": 8, "initializer": "he", **options}
    return artificial.Decoder(SIDE, NUM_BITS, **settings)


def photographs(count, seed=0):
    """Noise, which is as good as any photograph."""
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8)


def fingerprints(count, seed=0):
    random = np.random.default_rng(seed)
    return random.integers(0, 2, (count, NUM_BITS)).astype("float32")


def write_run(folder: pathlib.Path, seed: int = 0) -> pathlib.Path:
    """Writes a run as a training would, with random weights."""
    keras.utils.set_random_seed(seed)
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(config.to_toml(tiny_config()))
    build_encoder(residual=True, name="encoder").save(folder / "encoder.keras")
    build_decoder(name="decoder").save(folder / "decoder.keras")
    return folder


@pytest.fixture(scope="session")
def codec_run_dir(tmp_path_factory) -> pathlib.Path:
    """The directory; shared, so don't change it."""
    return _written(tmp_path_factory.getbasetemp() / "codec_run")


@pytest.fixture
def codec_run(codec_run_dir) -> artificial.CodecRun:
    """The opened run; shared, so don't change it."""
    return _opened(codec_run_dir)


@functools.cache
def _written(folder):
    return write_run(folder)


@functools.cache
def _opened(folder):
    return tf_fingerprint.load(folder)
