"""Sources of small pictures, and a classifier of two of them."""

import dataclasses
import functools
import json
import pathlib
import shutil

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import config as configs
from tf_fingerprint import data
from tf_fingerprint import methods
from tf_fingerprint.backends import replicas
from tf_fingerprint.passive import run as runs

SIDE = 16

# Eight steps in two epochs.
OVERRIDES = (
    f"data.resolution={SIDE}",
    "data.calibration_share=0.3",
    "data.leave_out=striped",
    "network.channel_base=64",
    "network.max_channels=16",
    "optimizer.learning_rate=0.01",
    "unknown.max_false_positive_rate=0.1",  # What few pictures allow.
    "training.images=128",
    "training.batch_size=16",
    "training.steps_per_epoch=4",
)


def pictures(label, count=40):
    """Pictures of a source, that its label says enough of."""
    images = data.procedural_images(count, resolution=SIDE).astype("int64")
    if label == "dark":
        images //= 3
    if label == "striped":
        images[:, ::2] = 0
    return images.astype("uint8")


def write_sources(folder, labels=("bright", "dark", "striped"), count=40):
    """Writes one folder of PNG files for each label."""
    for label in labels:
        place = pathlib.Path(folder, label)
        place.mkdir(parents=True)
        for number, image in enumerate(pictures(label, count)):
            Image.fromarray(image).save(place / f"{number:03}.png")
    return pathlib.Path(folder)


def tiny_config(*overrides):
    return configs.read(
        None, [*OVERRIDES, *overrides], kind=configs.PassiveConfig
    )


def of_sources(config, sources):
    """The config of a training on a folder of sources."""
    data = dataclasses.replace(config.data, source=str(sources))
    return dataclasses.replace(config, data=data)


def train(config, sources, folder, **options):
    """Trains on one processor."""
    import tensorflow as tf  # The rest of this file is for JAX too.

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            replicas,
            "choose_strategy",
            lambda: tf.distribute.MirroredStrategy(["CPU:0"]),
        )
        config = of_sources(config, sources)
        return methods.train(config, folder, verbose=0, **options)


def as_of_before(run_dir, folder):
    """A copy of a run, as it was written when `passive train` wrote it."""
    shutil.copytree(run_dir, folder)
    path = folder / "config.toml"
    method, _, rest = path.read_text().partition("\n\n")
    before = [
        line for line in rest.splitlines() if not line.startswith("source =")
    ]
    assert method == 'method = "passive"'
    path.write_text("\n".join(before))
    known = json.loads((folder / "data.json").read_text())
    (folder / "data.json").unlink()
    del known["images"]
    (folder / "sources.json").write_text(json.dumps(known))
    return folder


# Fixtures that several modules import run once for each: they share these.
@functools.cache
def _written(base):
    return write_sources(base / "tiny_sources")


@functools.cache
def _trained(base):
    return train(tiny_config(), _written(base), base / "tiny_passive")


_opened = functools.cache(runs.load)


@pytest.fixture(scope="session")
def sources_dir(tmp_path_factory) -> pathlib.Path:
    """Three sources; shared, so don't change them."""
    return _written(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def passive_dir(tmp_path_factory) -> pathlib.Path:
    """The run directory of a classifier that knows two of the three."""
    return _trained(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def passive_run(passive_dir) -> runs.PassiveRun:
    """The opened run; shared, so don't change it."""
    return _opened(passive_dir)


def noise(count, side=SIDE, seed=0):
    """Pictures that nobody drew."""
    shape = (count, side, side, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
