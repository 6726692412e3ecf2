"""The state of a training in files of at most 16 MB, and back.

All networks and how far the training has come, in float32; not what the
optimizers remember, which would take twice as much. A training that goes on
starts them anew, as at its first step.
"""

import dataclasses
import io
import os
import zipfile

import numpy as np

from tf_fingerprint import building
from tf_fingerprint import config as configs
from tf_fingerprint import curriculum
from tf_fingerprint import errors
from tf_fingerprint import run_files

STATE = "state.npz"
CHECKPOINT, INPUTS = "checkpoints/latest.weights.h5", "data.json"
METRICS = "metrics.csv"
PART_BYTES = 16_000_000
NETWORKS = (
    *("generator", "ema_generator", "anchor_generator"),
    *("discriminator", "decoder"),
)


def pack(run, config, folder):
    """Writes a run's last checkpoint as parts.

    Args:
        run: The run directory.
        config: What was trained.
        folder: Where `state.npz.00` and so on go, and the config.

    Returns:
        Images that the training has seen.
    """
    model = building.build(config)
    model.load_weights(run / CHECKPOINT)
    arrays = {
        "progress": np.array(dataclasses.astuple(model.progress)),
        # So that nobody goes on with other photographs.
        "inputs": np.array((run / INPUTS).read_text()),
    }
    for name in NETWORKS:
        network = getattr(model, name)
        for number, array in enumerate(
            network.get_weights() if network else ()
        ):
            arrays[f"{name}_{number:03}"] = array
    file = io.BytesIO()
    np.savez(file, **arrays)
    content = file.getvalue()
    for old in folder.glob(f"{STATE}.*"):
        old.unlink()
    for number, start in enumerate(range(0, len(content), PART_BYTES)):
        part = content[start : start + PART_BYTES]
        _write(folder / f"{STATE}.{number:02}", part)
    _write(folder / run_files.CONFIG, (run / run_files.CONFIG).read_bytes())
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
        before = configs.read(folder / run_files.CONFIG)
        content = b"".join(part.read_bytes() for part in parts)
        with np.load(io.BytesIO(content)) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (errors.ConfigError, ValueError, EOFError, zipfile.BadZipFile) as e:
        raise SystemExit(
            f"{folder} must hold {run_files.CONFIG} and all parts of {STATE}. "
            f"{e}"
        ) from e
    if configs.digest(before) != configs.digest(config):
        raise SystemExit(
            f"{folder} holds another experiment: its {run_files.CONFIG} is not "
            "the one given. Give the same config, --set and photographs."
        )
    model = building.build(config)
    for name in NETWORKS:
        if network := getattr(model, name):
            network.set_weights(
                [arrays[n] for n in sorted(arrays) if n.startswith(f"{name}_0")]
            )
    fields = dataclasses.fields(curriculum.Progress)
    model.progress = curriculum.Progress(
        *(f.type(v) for f, v in zip(fields, arrays["progress"], strict=True))
    )
    (run / CHECKPOINT).parent.mkdir(parents=True)
    model.save_weights(run / CHECKPOINT)
    _write(run / run_files.CONFIG, configs.to_toml(config).encode())
    _write(run / INPUTS, str(arrays["inputs"]).encode())
    if (folder / METRICS).exists():
        _write(run / METRICS, (folder / METRICS).read_bytes())
    return model.progress.images


def _write(path, content):
    """Writes a file, wholly or not at all."""
    draft = path.with_name(f".draft-{path.name}")
    draft.write_bytes(content)
    os.replace(draft, path)
