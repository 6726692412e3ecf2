"""The files of a run directory, and what identifies the networks in them."""

import hashlib
import json
import os
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from tf_fingerprint import config
from tf_fingerprint import errors
from tf_fingerprint import files
from tf_fingerprint.runs import hub

if TYPE_CHECKING:  # A mistyped path is told before Keras is there.
    import keras

    from tf_fingerprint import models

DATA = "data.json"
CONFIG, GENERATOR, DECODER = "config.toml", "generator.keras", "decoder.keras"
ENCODER = "encoder.keras"
PRETRAINED = "pretrained"

# What runs of classifiers had before `DATA`.
OLD_DATA = "sources.json"

# The weights that come with the package.
SHIPPED = pathlib.Path(__file__).parents[1] / PRETRAINED


class RunDirectory:
    """Where one training writes; it never overwrites another's or mixes up."""

    def __init__(self, folder: str | os.PathLike[str]):
        self.folder = pathlib.Path(folder)

    def check(self, settings: config.OneTraining, *, resume: bool) -> None:
        """Raises unless a training may begin here, or go on if `resume`.

        `resume`: whether there is to be a run with that config. Only its
        `training.images` may have been less.
        """
        path = self.folder / CONFIG
        if not resume and path.exists():
            raise errors.RunError(
                f"{self.folder} holds a run already. Go on with it by "
                "`--resume`, or choose another `--run-dir`."
            )
        if not resume:
            return
        if not path.exists():
            raise errors.RunError(
                f"{self.folder}: there must be a run to go on with. There is "
                f"no {CONFIG}. Check `--run-dir`, or begin without `--resume`."
            )
        changed = config.differences(
            config.read(path, kind=type(settings)), settings
        )
        changed.pop("data.source", None)  # The pictures' digest says more.
        before, now = changed.get("training.images", (0, 0))
        if before < now:
            del changed["training.images"]
        if changed:
            told = ", ".join(
                f"`{name}` was {was!r} and is {given!r}"
                for name, (was, given) in changed.items()
            )
            raise errors.RunError(
                f"{self.folder} holds a run of another experiment: {told}. "
                f"Resume with the run's own {path}, of which only "
                "`training.images` may grow, or choose another `--run-dir`."
            )

    def claim(
        self,
        settings: config.OneTraining,
        inputs: Mapping[str, Any],
        *,
        resume: bool,
    ) -> None:
        """Writes what is trained and on what, unless `check` raises."""
        self.check(settings, resume=resume)
        for name in (DATA, OLD_DATA):
            path = self.folder / name
            if not path.exists():
                continue
            if json.loads(path.read_text())["digest"] != inputs["digest"]:
                raise errors.RunError(
                    f"{self.folder} holds a run on other pictures than those "
                    f"in {settings.data.source}. Restore them, or choose "
                    "another `--run-dir`."
                )
        files.write(self.folder / CONFIG, config.to_toml(settings))
        told = json.dumps(inputs, indent=2, ensure_ascii=False)
        files.write(self.folder / DATA, told)


def read(
    folder: str | os.PathLike[str],
) -> "tuple[config.Config, models.Generator, models.Decoder]":
    """Reads config, generator and decoder, and checks that they fit."""
    from tf_fingerprint import models

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


def read_generator(path: str | os.PathLike[str]) -> "models.Generator":
    """Reads a generator alone."""
    from tf_fingerprint import models

    path = pathlib.Path(path)
    if not path.is_file():
        raise errors.RunError(
            f"{path}: there is no such generator. Check the path, or train one "
            "with `tf-fingerprint train`."
        )
    return read_network(path, models.Generator, {})


def weights_digest(network: "keras.Model") -> str:
    """SHA-256 of a network's weights: their names, shapes and values.

    The same for every file that the weights were ever saved in.
    """
    import keras

    digest = hashlib.sha256()
    for weight in network.weights:
        values = np.asarray(keras.ops.convert_to_numpy(weight), "<f4")
        digest.update(f"{weight.path} {values.shape}\n".encode())
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def read_network(path, kind, expected):
    """Reads one network; it must be of this kind and have these sizes."""
    import keras

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
    """The folder of a run directory, a run on a hub, or the package's own."""
    if hub.is_name(run):
        return hub.fetched(str(run))
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
