"""What a training begins with: its run directory and its pictures."""

import json
import os
import pathlib

import numpy as np
from absl import logging

from tf_fingerprint import config as configs
from tf_fingerprint import errors
from tf_fingerprint import files
from tf_fingerprint.config import passive as passive_config
from tf_fingerprint.passive import open_set as open_sets
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.passive import sources as reading


def read(
    config: passive_config.Config,
    sources_dir: str | os.PathLike[str],
    *,
    progress: bool = False,
) -> reading.Sources:
    """The sources, large enough for a threshold.

    Args:
        config: The experiment.
        sources_dir: See `sources.read`.
        progress: Whether to draw progress bars, if on a terminal.

    Returns:
        The sources; files that were skipped are warned of.

    Raises:
        errors.DataError: As `sources.read`, or if too few pictures are held
            out for the threshold.
    """
    sources = read_sources(config.data, sources_dir, progress=progress)
    rate = config.unknown.max_false_positive_rate
    needed = open_sets.images_needed(rate, config.unknown.score)
    found = len(sources.parts[reading.CALIBRATION])
    if found < needed:
        raise errors.DataError(
            f"{sources_dir}: too few pictures for a threshold that calls at "
            f"most {rate:g} of them unknown: it must rest on {needed}, and "
            f"{found} are held out for it. Add pictures, raise "
            "`data.calibration_share`, or go by one score (`unknown.score`)."
        )
    return sources


def read_sources(
    wanted: passive_config.Data,
    sources_dir: str | os.PathLike[str],
    *,
    progress: bool = False,
) -> reading.Sources:
    """The sources as a config wants them.

    Args:
        wanted: How to read and divide them.
        sources_dir: See `sources.read`.
        progress: Whether to draw progress bars, if on a terminal.

    Returns:
        The sources; files that were skipped are warned of.

    Raises:
        errors.DataError: As `sources.read`.
    """
    sources = reading.read(
        sources_dir,
        resolution=wanted.resolution,
        channels=wanted.channels,
        crop=wanted.crop,
        leave_out=wanted.leave_out,
        max_images=wanted.max_images,
        max_broken_share=wanted.max_broken_share,
        test_share=wanted.test_share,
        calibration_share=wanted.calibration_share,
        progress=progress,
    )
    for name, reason in sources.broken:
        logging.warning("Skipped %s: %s", name, reason)
    return sources


def check_folder(
    folder: pathlib.Path, config: passive_config.Config, *, resume: bool
) -> None:
    """Raises where a training would overwrite or mix up runs.

    Args:
        folder: The run directory.
        config: The experiment.
        resume: Whether to go on with a run there.

    Raises:
        errors.RunError: If it holds a run, or another experiment's.
    """
    path = folder / passive_run.CONFIG
    if not path.exists():
        return
    if not resume:
        raise errors.RunError(
            f"{folder} holds a run already. Go on with it by `--resume`, or "
            "choose another `--run-dir`."
        )
    found = configs.read(path, kind=type(config))
    if configs.digest(found) != configs.digest(config):
        raise errors.RunError(
            f"{folder} holds a run of another experiment: its {path.name} is "
            "not the one given. Resume with the run's own "
            f"{path}, or choose another `--run-dir`."
        )


def write(
    folder: pathlib.Path,
    config: passive_config.Config,
    sources: reading.Sources,
    sources_dir: str | os.PathLike[str],
) -> None:
    """Writes what is trained, and on what; on resuming, compares the latter.

    Args:
        folder: The run directory.
        config: The experiment.
        sources: What was read.
        sources_dir: From where.

    Raises:
        errors.RunError: If the run there is on other pictures.
    """
    path = folder / passive_run.SOURCES
    known = {
        "labels": list(sources.labels),
        "digest": sources.digest,
        "pictures": {
            part: np.bincount(
                labelled.sources, minlength=len(sources.labels)
            ).tolist()
            for part, labelled in sources.parts.items()
        },
        "broken": [list(pair) for pair in sources.broken],
    }
    if path.exists():
        before = json.loads(path.read_text())
        if (before["labels"], before["digest"]) != (
            known["labels"],
            known["digest"],
        ):
            raise errors.RunError(
                f"{folder} holds a run on other pictures than those in "
                f"{sources_dir}. Restore them, or choose another `--run-dir`."
            )
    folder.mkdir(parents=True, exist_ok=True)
    files.write(folder / passive_run.CONFIG, configs.to_toml(config))
    files.write(path, json.dumps(known, indent=2, ensure_ascii=False))
