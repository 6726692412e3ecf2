"""Trainings that answer a question, each measured once and kept."""

import dataclasses
import json
import math
import os
import pathlib
import time
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from tf_fingerprint import config as configs
from tf_fingerprint import fingerprints as bit_strings
from tf_fingerprint import scalable
from tf_fingerprint.evaluation.metrics import accuracy
from tf_fingerprint.evaluation.metrics import consistency
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.runs import directory as run_directory
from tf_fingerprint.scalable import training as scalable_training
from tf_fingerprint.training import random_inputs

RESULT = "capacity.json"

# Latents and fingerprints of the grid that tells what fingerprints change.
_LATENTS, _FINGERPRINTS = 32, 8


@dataclasses.dataclass(frozen=True)
class Trial:
    """A training to be done.

    `training_fingerprints`: size of the set they are drawn from; 0 draws new
    ones for every picture.
    """

    num_bits: int
    training_fingerprints: int = 0

    @property
    def name(self) -> str:
        """What its folder is called."""
        drawn = self.training_fingerprints or "continual"
        return f"{self.num_bits}_bits_{drawn}"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a training came to.

    `seconds`: how long it took to train, since it was last resumed; `figures`:
    `unseen`, the accuracy at fingerprints that were not trained with; `seen`,
    where there was a finite set; `carried`, the bits that a picture tells;
    `difference`, between pictures of the same latents under two fingerprints,
    root mean square.
    """

    trial: Trial
    seconds: float
    figures: dict[str, Figure]


def settings_of(base: configs.Config, trial: Trial) -> configs.Config:
    """The config of a trial.

    Returns the config. Where the base begins with all bits, so does the trial;
    where bits are the style themselves, that is as long as they are.
    """
    networks: dict[str, Any] = {"num_bits": trial.num_bits}
    if not base.networks.embedding_layers:
        networks["style_dim"] = trial.num_bits
    initial = base.curriculum.initial_bits
    if initial == base.networks.num_bits:
        initial = trial.num_bits
    return dataclasses.replace(
        base,
        networks=dataclasses.replace(base.networks, **networks),
        curriculum=dataclasses.replace(
            base.curriculum,
            initial_bits=min(initial, trial.num_bits),
            training_fingerprints=trial.training_fingerprints,
        ),
    )


def sweep(
    base: configs.Config,
    wanted: Iterable[Trial],
    folder: str | os.PathLike[str],
    *,
    pictures: int = 2048,
    seed: int = 0,
    verbose: int = 0,
) -> Iterator[Outcome]:
    """Trains and measures, or reads what was measured before.

    Returns an iterator over outcomes, each as soon as it is there. Raises
    `errors.RunError` if the folder holds trainings of another config.
    """
    for trial in wanted:
        settings = settings_of(base, trial)
        run_dir = pathlib.Path(folder, trial.name)
        key = f"{configs.digest(settings)} {pictures} {seed}"
        outcome = _kept(run_dir / RESULT, key, trial)
        if outcome is None:
            seconds = _train(settings, run_dir, verbose)
            run = scalable.read(run_dir)
            figures = measured(run, trial, pictures=pictures, seed=seed)
            outcome = Outcome(trial, seconds, figures)
            _keep(run_dir / RESULT, key, outcome)
            # Ten trainings in one process would keep ten graphs.
            keras.utils.clear_session()
        yield outcome


def measured(
    run: scalable.Run, trial: Trial, *, pictures: int, seed: int
) -> dict[str, Figure]:
    """What a trained run reads of its own pictures."""
    num_bits, size = trial.num_bits, trial.training_fingerprints
    fresh = np.stack(
        [bit_strings.random_bits(num_bits) for _ in range(pictures)]
    )
    matches = _matches(run, fresh, seed)
    unseen = Figure.bit_accuracy(
        f"unseen_{trial.name}", matches, num_bits, fingerprints=pictures
    )
    figures = {"unseen": unseen, "carried": _carried(unseen, trial)}
    if size:
        table = random_inputs.fingerprint_table(
            run.config.training.seed, size, num_bits
        )
        rows = np.random.default_rng(seed).integers(0, size, pictures)
        figures["seen"] = Figure.bit_accuracy(
            f"seen_{trial.name}",
            _matches(run, table[rows], seed),
            num_bits,
            fingerprints=min(size, pictures),
        )
    columns = [
        run.generate(_LATENTS, fingerprints=bits, seed=seed)
        for bits in fresh[:_FINGERPRINTS]
    ]
    grid = np.stack(columns, axis=1)
    figures["difference"] = Figure.bootstrap(
        f"difference_{trial.name}",
        lambda each: 255 / 10 ** (consistency.fingerprint_psnr(each) / 20),
        grid,
        fingerprints=len(columns),
        pictures=grid.shape[0] * grid.shape[1],
        unit="levels",
        resamples=100,
    )
    return figures


def _train(settings, run_dir, verbose):
    """Trains or goes on; the seconds that this took."""
    start = time.monotonic()
    resume = (run_dir / run_directory.CONFIG).exists()
    scalable_training.train(settings, run_dir, resume=resume, verbose=verbose)
    return time.monotonic() - start


def _matches(run, bits, seed):
    """How many bits are read right in pictures with these."""
    images = run.generate(len(bits), fingerprints=bits, seed=seed)
    return accuracy.bit_accuracy_counts(run.decode(images) > 0, bits)


def _carried(unseen, trial):
    """Bits that a channel of this accuracy tells: n (1 - H(accuracy))."""

    def told(share):
        if share <= 0.5 or share >= 1:
            return trial.num_bits * float(share >= 1)
        other = 1 - share
        entropy = -share * math.log2(share) - other * math.log2(other)
        return trial.num_bits * (1 - entropy)

    return dataclasses.replace(
        unseen,
        name=f"carried_{trial.name}",
        value=told(unseen.value),
        low=told(unseen.low),
        high=told(unseen.high),
        unit="bits",
    )


def _kept(path, key, trial):
    """What was measured before, if it was of this very trial."""
    if not path.exists():
        return None
    kept = json.loads(path.read_text())
    if kept["key"] != key:
        return None
    figures = {name: Figure(**each) for name, each in kept["figures"].items()}
    return Outcome(trial, kept["seconds"], figures)


def _keep(path, key, outcome):
    """Writes what was measured, wholly or not at all."""
    figures = {
        name: dataclasses.asdict(each) for name, each in outcome.figures.items()
    }
    kept = {"key": key, "seconds": outcome.seconds, "figures": figures}
    draft = path.with_name(f".draft-{path.name}")
    draft.write_text(json.dumps(kept, indent=2))
    os.replace(draft, path)
