"""What a method brings to the common training, and what it is shown."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from absl import logging

from tf_fingerprint import config as configs
from tf_fingerprint import data
from tf_fingerprint.training import trainer


@dataclasses.dataclass(frozen=True, eq=False)
class Inputs:
    """What a training is shown.

    `images`: what is learned from,
    `(images, resolution, resolution, channels)`, `uint8`; `record`: what
    `data.json` says of all pictures; on resuming, its `digest` must be the
    same. `labels`: `(images,)`, `int32`; None where there are none. `held_out`:
    what is not learned from, in the method's own form.
    """

    images: npt.NDArray[np.uint8]
    record: dict[str, Any]
    labels: Any = None
    held_out: Any = None


def read_photographs(
    config: configs.OneTraining, *, progress: bool = False
) -> Inputs:
    """All photographs of `data.source`; those that can't be read are named."""
    settings = config.data
    photographs = data.load(
        settings.source,
        resolution=settings.resolution,
        channels=settings.channels,
        crop=settings.crop,
        max_images=settings.max_images,
        max_broken_share=settings.max_broken_share,
        progress=progress,
    )
    for name, reason in photographs.broken:
        logging.warning("Skipped %s: %s", name, reason)
    record = {
        "digest": photographs.digest,
        "images": len(photographs),
        "left_out": dict(photographs.left_out),
        "broken": len(photographs.broken),
    }
    return Inputs(photographs.images, record)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What a method brings to its training.

    `build`: from config and `Inputs` to a compiled trainer; `callbacks`: from
    config and run directory to callbacks of its own, which come before the log
    is written; `read`: from config and `progress` to `Inputs`; `start`: takes
    trainer and config, and sets the weights to begin with; `finish`: takes run
    directory, config and `Inputs` once the networks are saved, and writes what
    else a run needs.
    """

    build: Callable[..., trainer.SteppedModel]
    callbacks: Callable[..., list[keras.callbacks.Callback]]
    read: Callable[..., Inputs] = read_photographs
    start: Callable[..., None] | None = None
    finish: Callable[..., None] | None = None
