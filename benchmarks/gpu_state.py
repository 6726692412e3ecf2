"""The state of a training in files of at most 16 MB, and back.

How far the training has come, and those networks in float32 that the rest of it
needs, besides `generator.keras`, which is the moving average, and
`decoder.keras`; not what the optimizers remember, which would take twice as
much. A training that goes on starts them anew, as at its first step.
"""

import dataclasses
import io
import os
import zipfile

import keras
import numpy as np

from tf_fingerprint import config as configs
from tf_fingerprint import errors
from tf_fingerprint.runs import directory as run_directory
from tf_fingerprint.scalable import training as scalable_training
from tf_fingerprint.training import curriculum

STATE = "state.npz"
CHECKPOINT, INPUTS = "checkpoints/latest.weights.h5", "data.json"
METRICS = "metrics.csv"
PART_BYTES = 16_000_000
SAVED = {
    "ema_generator": run_directory.GENERATOR,
    "decoder": run_directory.DECODER,
}


def pack(run, config, folder):
    """Writes a run, its last checkpoint as parts.

    Args:
        run: The run directory.
        config: What was trained.
        folder: Where `state.npz.00` and so on go, networks, config and log.

    Returns:
        Images that the training has seen.
    """
    model = scalable_training.build(config)
    model.load_weights(run / CHECKPOINT)
    arrays = {
        "progress": np.array(dataclasses.astuple(model.progress)),
        # So that nobody goes on with other photographs.
        "inputs": np.array((run / INPUTS).read_text()),
    }
    for name in _networks(model):
        for number, array in enumerate(getattr(model, name).get_weights()):
            arrays[f"{name}_{number:03}"] = array
    file = io.BytesIO()
    np.savez(file, **arrays)
    content = file.getvalue()
    for old in folder.glob(f"{STATE}.*"):
        old.unlink()
    for number, start in enumerate(range(0, len(content), PART_BYTES)):
        part = content[start : start + PART_BYTES]
        _write(folder / f"{STATE}.{number:02}", part)
    for name in (run_directory.CONFIG, *SAVED.values(), METRICS):
        _write(folder / name, (run / name).read_bytes())
    return model.progress.images


def unpack(folder, config, run):
    """Makes a run directory to resume, from what `pack` left.

    Args:
        folder: Where the parts are.
        config: What is to be trained; the same as before.
        run: The run directory to make.

    Returns:
        Images that the training had seen.

    Raises:
        SystemExit: If the parts are missing, broken or of another experiment.
    """
    parts = sorted(folder.glob(f"{STATE}.*"))
    try:
        before = configs.read(folder / run_directory.CONFIG)
        content = b"".join(part.read_bytes() for part in parts)
        with np.load(io.BytesIO(content)) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (errors.ConfigError, ValueError, EOFError, zipfile.BadZipFile) as e:
        raise SystemExit(
            f"{folder} must hold {run_directory.CONFIG} and all parts of "
            f"{STATE}. {e}"
        ) from e
    if configs.digest(before) != configs.digest(config):
        raise SystemExit(
            f"{folder} holds another experiment: its {run_directory.CONFIG} "
            "is not the one given. Give the same config, --set and photographs."
        )
    model = scalable_training.build(config)
    fields = dataclasses.fields(curriculum.Progress)
    model.progress = curriculum.Progress(
        *(f.type(v) for f, v in zip(fields, arrays["progress"], strict=True))
    )
    for name in _networks(model):
        getattr(model, name).set_weights(
            [arrays[n] for n in sorted(arrays) if n.startswith(f"{name}_0")]
        )
    for name, file in SAVED.items():
        network = keras.saving.load_model(folder / file, compile=False)
        getattr(model, name).set_weights(network.get_weights())
    (run / CHECKPOINT).parent.mkdir(parents=True)
    model.save_weights(run / CHECKPOINT)
    _write(run / run_directory.CONFIG, configs.to_toml(config).encode())
    _write(run / INPUTS, str(arrays["inputs"]).encode())
    _write(run / METRICS, (folder / METRICS).read_bytes())
    return model.progress.images


def _networks(model):
    """Names of those that the rest of the training needs, but for `SAVED`."""
    if model.anchor_generator and model.progress.active_bits:
        return "generator", "anchor_generator"
    # The anchor is made when the first bits come.
    return "generator", "discriminator"


def _write(path, content):
    """Writes a file, wholly or not at all."""
    draft = path.with_name(f".draft-{path.name}")
    draft.write_bytes(content)
    os.replace(draft, path)
