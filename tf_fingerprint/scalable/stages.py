"""Trains stage after stage, each from the networks of the one before."""

import dataclasses
import math
import os
import pathlib
import shutil
import time

from absl import logging

from tf_fingerprint import config as configs
from tf_fingerprint import errors
from tf_fingerprint.backends import replicas
from tf_fingerprint.runs import directory as run_directory
from tf_fingerprint.runs import log
from tf_fingerprint.scalable import training


def train(
    staged: configs.Staged,
    run_dir: str | os.PathLike[str],
    *,
    resume: bool = False,
    minutes: float = math.inf,
    **options,
) -> pathlib.Path:
    """Trains all stages, or goes on in the one where it stopped.

    `run_dir`: made if it doesn't exist. Each stage's run directory lies in
    `stages`; in the end it holds the networks and the config of the last one,
    so that it opens as any other run. `minutes`: for all stages together;
    `resume` goes on. Raises `errors.TrainingError` if a stage doesn't reach
    what the next one needs.
    """
    folder = pathlib.Path(run_dir)
    if (folder / "stages").exists() and not resume:
        raise errors.RunError(
            f"{folder} holds a run already. Go on with it by `--resume`, or "
            "choose another `--run-dir`."
        )
    if resume and not (folder / "stages").exists():
        raise errors.RunError(
            f"{folder}: there must be a run to go on with. There is no folder "
            "`stages`. Check `--run-dir`, or begin without `--resume`."
        )
    end = time.monotonic() + 60 * minutes
    plan = _planned(staged, folder)
    strategy = replicas.choose_strategy()
    for number, (stage, place) in enumerate(plan, 1):
        if not _is_done(stage, place):
            training.train(
                stage.config,
                place,
                resume=(place / run_directory.CONFIG).exists(),
                strategy=strategy,
                minutes=max(0.0, end - time.monotonic()) / 60,
                **options,
            )
        if not _is_done(stage, place):
            return folder  # Out of time.
        reached = _check(stage, place)
        after = plan[number][0].name if number < len(plan) else "none"
        logging.info(
            "STAGE %d OF %d, %s, IS DONE: %s. Next: %s.",
            *(number, len(plan), stage.name, reached, after),
        )
    _finish(folder, plan[-1][1])
    return folder


def _planned(staged, folder):
    """Stages to train with their folders: where each begins, what it nears."""
    plan, start, anchor = [], "", ""
    for number, stage in enumerate(staged.stages, 1):
        if staged.control and _has_bits(stage):
            break
        own = stage.config.training
        # The file's own start is the first stage's.
        start = own.start if number == 1 else start
        anchor = own.anchor or anchor
        own = dataclasses.replace(own, start=start, anchor=anchor)
        place = folder / "stages" / f"{number}_{stage.name}"
        config = dataclasses.replace(stage.config, training=own)
        plan.append((dataclasses.replace(stage, config=config), place))
        start = os.path.abspath(place)
        if not stage.has_fingerprints:
            anchor = start
    if not plan:
        raise errors.ConfigError(
            "`training.control` needs a stage without fingerprints: one whose "
            "`curriculum.picture_images` is its `training.images`."
        )
    return plan


def _has_bits(stage):
    """Whether a stage would have fingerprints if it were no control."""
    config = stage.config
    return config.curriculum.picture_images < config.training.images


def _last_epoch(place):
    """The last line of a stage's log; empty if there is none."""
    return (log.read(place) or [{}])[-1]


def _is_done(stage, place):
    """Whether all of a stage's images were shown, and its networks written."""
    seen = _last_epoch(place).get("images", 0)
    return (
        seen >= stage.config.training.images
        and (place / run_directory.DECODER).exists()
    )


def _check(stage, place):
    """What a stage reached, in words; raises where that is too little."""
    last = _last_epoch(place)
    told = [f"{last['images']:.0f} photographs"]
    if stage.has_fingerprints:
        _check_bits(stage, place, last)
        told += [f"bit accuracy {last['bit_accuracy']:.3f}"]
    if last.get("diversity_photographs"):
        share = last["diversity"] / last["diversity_photographs"]
        told += [f"diversity {share:.2f} of the photographs'"]
        if share < stage.min_diversity:
            raise _too_little(
                stage, place, f"`min_diversity` {stage.min_diversity}", told[-1]
            )
    return ", ".join(told)


def _check_bits(stage, place, last):
    """Raises if not all bits are in use, or they are read too badly."""
    wanted = stage.config.networks.num_bits
    bits, accuracy = last["active_bits"], last["bit_accuracy"]
    if bits < wanted or accuracy < stage.min_accuracy:
        raise _too_little(
            stage,
            place,
            f"all of {wanted} bits and `min_accuracy` {stage.min_accuracy}",
            f"{bits:.0f} bits and accuracy {accuracy:.3f}",
        )


def _too_little(stage, place, wanted, reached):
    return errors.TrainingError(
        f"Stage `{stage.name}` must reach {wanted} before the next one can "
        f"build on it. It reached {reached}, as {place} says. Give it more "
        "`training.images` in its `[[stages]]`, and go on by `--resume`."
    )


def _finish(folder, place):
    """Puts the last stage's networks where a run's are; the config last."""
    for name in (
        run_directory.GENERATOR,
        run_directory.DECODER,
        run_directory.CONFIG,
    ):
        draft = folder / f".draft-{name}"
        shutil.copyfile(place / name, draft)
        os.replace(draft, folder / name)
