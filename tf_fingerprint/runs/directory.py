"""The files of a run directory, and what identifies the networks in them."""

import hashlib
import os
import pathlib
from collections.abc import Sequence

import keras
import numpy as np

from tf_fingerprint import config
from tf_fingerprint import errors
from tf_fingerprint import models

CONFIG, GENERATOR, DECODER = "config.toml", "generator.keras", "decoder.keras"
ENCODER = "encoder.keras"
PRETRAINED = "pretrained"

# The weights that come with the package.
SHIPPED = pathlib.Path(__file__).parents[1] / PRETRAINED


def read(
    folder: str | os.PathLike[str],
) -> tuple[config.Config, models.Generator, models.Decoder]:
    """Reads config, generator and decoder, and checks that they fit."""
    folder = pathlib.Path(folder)
    check_complete(folder, (CONFIG, GENERATOR, DECODER))
    settings = config.read(folder / CONFIG)
    expected = {
        "data.resolution": settings.data.resolution,
        "data.channels": settings.data.channels,
        "networks.num_bits": settings.networks.num_bits,
        "networks.latent_dim": settings.networks.latent_dim,
    }
    generator = read_network(folder / GENERATOR, models.Generator, expected)
    decoder = read_network(folder / DECODER, models.Decoder, expected)
    return settings, generator, decoder


def check_complete(folder: pathlib.Path, names: Sequence[str]) -> None:
    """Raises unless a run directory holds what a finished training leaves."""
    if not folder.is_dir():
        raise errors.RunError(
            f"{folder}: there is no such run directory. Check the path, or "
            "train one with `tf-fingerprint train`."
        )
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise errors.RunError(
            f"{folder}: a run directory must hold {', '.join(names)}. Missing: "
            f"{', '.join(missing)}. Has its training ended?"
        )


def method_of(folder: pathlib.Path) -> str:
    """The method of a run directory; the first one's if it has no config."""
    if not (folder / CONFIG).is_file():
        return config.Config.method
    return config.read(folder / CONFIG).method


def read_generator(path: str | os.PathLike[str]) -> models.Generator:
    """Reads a generator alone."""
    path = pathlib.Path(path)
    if not path.is_file():
        raise errors.RunError(
            f"{path}: there is no such generator. Check the path, or train one "
            "with `tf-fingerprint train`."
        )
    return read_network(path, models.Generator, {})


def weights_digest(network: keras.Model) -> str:
    """SHA-256 of a network's weights: their names, shapes and values.

    The same for every file that the weights were ever saved in.
    """
    digest = hashlib.sha256()
    for weight in network.weights:
        values = np.asarray(keras.ops.convert_to_numpy(weight), "<f4")
        digest.update(f"{weight.path} {values.shape}\n".encode())
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def read_network(path, kind, expected):
    """Reads one network; it must be of this kind and have these sizes."""
    try:
        network = keras.saving.load_model(path, compile=False)
    # Broken files meet zipfile, json, h5py and Keras, each with its own errors.
    except Exception as error:
        raise errors.RunError(
            f"{path}: can't be read as a Keras model. {error}"
        ) from error
    if not isinstance(network, kind):
        name = kind.__name__.lower()
        raise errors.RunError(
            f"{path}: must hold {'an' if name[0] in 'aeiou' else 'a'} {name}. "
            f"It holds a model of class `{type(network).__name__}`."
        )
    for setting, size in expected.items():
        actual = network.get_config()[setting.partition(".")[2]]
        if actual != size:
            raise errors.RunError(
                f"{path}: must be a network with `{setting}` {size}, as in "
                f"{CONFIG}. It has {actual}. Are these files of one run?"
            )
    return network


def folder_of(run: str | os.PathLike[str]) -> pathlib.Path:
    """The folder of a run directory, or of the package's own weights."""
    if str(run) != PRETRAINED:
        return pathlib.Path(run)
    folder = SHIPPED
    if not (folder / GENERATOR).is_file():
        raise errors.RunError(
            "There must be pretrained weights to go without a run "
            "directory. This copy has none. Train a run with "
            "`tf-fingerprint train`, or install a release."
        )
    return folder
