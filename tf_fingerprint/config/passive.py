"""Everything that training a classifier is set by, read from TOML.

Defaults are the paper's unless they say so: Yu et al., 2019
(https://arxiv.org/abs/1811.08180), with what it leaves open as its authors'
code has it.
"""

import dataclasses
from typing import ClassVar
from typing import Literal

from tf_fingerprint.config import fields
from tf_fingerprint.config.fields import Count
from tf_fingerprint.config.fields import CountOrZero
from tf_fingerprint.config.fields import Momentum
from tf_fingerprint.config.fields import Positive
from tf_fingerprint.config.fields import Section
from tf_fingerprint.config.fields import Share


@dataclasses.dataclass(frozen=True, kw_only=True)
class Data(Section):
    """`[data]`: how the sources' pictures are read and divided.

    Args:
        source: Folder that holds one folder of pictures a source; see
            `passive.sources.read`. To be set for a training; in a file,
            relative to that file's folder.
        resolution: Height and width in pixels, 16 to 256. 128 in the paper.
        channels: 3 for RGB, the paper's; 1 for grey.
        crop: How pictures become square: `center`, `celeba` or `none`. The
            authors' code squashes them.
        mirror: Whether to flip half of the pictures.
        max_images: Use only the first so many of each source; 0 for all.
        max_broken_share: Share of broken files, of each source, to skip before
            it is an error.
        test_share: Share of the pictures held out for measuring, where the
            sources are not divided into `train` and `test`.
        calibration_share: Share held out for the threshold below which a
            picture is of none of the sources. The paper has no threshold.
        leave_out: Label of a source to do without, so that the classifier can
            be asked about one that it doesn't know; empty for none.
    """

    source: str = ""
    resolution: fields.Resolution = 128
    channels: Literal[1, 3] = 3
    crop: Literal["center", "celeba", "none"] = "center"
    mirror: bool = True
    max_images: CountOrZero = 0
    max_broken_share: Share = 0.01
    test_share: Share = 0.2
    calibration_share: Share = 0.1
    leave_out: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Network(Section):
    """`[network]`: widths, and what of a picture is looked at.

    Args:
        channel_base: Channels times height: the first layer of a resolution
            has `2 * channel_base / resolution`. 1024 in the paper.
        max_channels: At most so many. 512 in the paper.
        variant: `full`, `postpool`, `low` or `high`; see `Classifier`.
        switching_resolution: Of the last three.
    """

    channel_base: Count = 1024
    max_channels: Count = 512
    variant: Literal["full", "postpool", "low", "high"] = "full"
    switching_resolution: Count = 4


@dataclasses.dataclass(frozen=True, kw_only=True)
class Optimizer(Section):
    """`[optimizer]`: Adam.

    Args:
        learning_rate: 0.001 in the paper.
        beta_1: Decay of the gradients' mean. 0 in the paper.
        beta_2: Decay of their squares' mean. 0.99 in the paper.
        decay_images: Last images over which the learning rate falls to a
            tenth. 0 in the paper.
    """

    learning_rate: Positive = 0.001
    beta_1: Momentum = 0.0
    beta_2: Momentum = 0.99
    decay_images: CountOrZero = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attack(Section):
    """`[attack]`: what pictures meet before the classifier sees them.

    Args:
        name: One of `attacks.NAMES`, or `none`.
        clean_share: Share of the pictures to which nothing happens. 0 in the
            paper.
    """

    name: Literal[
        "none", "noise", "blur", "crop", "jpeg", "relight", "combined"
    ] = "none"
    clean_share: Share = 0.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Unknown(Section):
    """`[unknown]`: when a picture is of none of the sources. Not in the paper.

    Args:
        score: `distance` of the features from those of the nearest source,
            which finds pictures of other things; `energy` of the logits, which
            finds other generators of the same things; or `either` of them,
            with half of the rate each.
        max_false_positive_rate: Tolerated share of the sources' own pictures
            that are called unknown.
    """

    score: Literal["distance", "energy", "either"] = "either"
    max_false_positive_rate: Share = 0.05


@dataclasses.dataclass(frozen=True, kw_only=True)
class Training(Section):
    """`[training]`: how long, how fast, and what is kept.

    Args:
        images: Training images to show in all, repetitions counted.
        start: Run directory of a classifier whose weights to begin with, as
            for immunising it; empty for random ones. In a file, relative to
            that file's folder.
        batch_size: Images in a step, over all replicas. 32 in the paper.
        seed: Of weights, order and draws, below 2**32. 1000 in the authors'
            code.
        mixed_precision: `float32`, the paper's, or `mixed_bfloat16`.
        steps_per_epoch: Steps from one line in the log to the next.
        checkpoint_epochs: Epochs from one checkpoint to the next.
    """

    images: Count = 1_000_000
    start: str = ""
    batch_size: Count = 32
    seed: fields.Seed = 1000
    mixed_precision: Literal["float32", "mixed_bfloat16"] = "float32"
    steps_per_epoch: Count = 250
    checkpoint_epochs: Count = 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """An experiment. What doesn't stand in its file is as in the paper."""

    method: ClassVar[str] = "passive"

    data: Data = dataclasses.field(default_factory=Data)
    network: Network = dataclasses.field(default_factory=Network)
    optimizer: Optimizer = dataclasses.field(default_factory=Optimizer)
    attack: Attack = dataclasses.field(default_factory=Attack)
    unknown: Unknown = dataclasses.field(default_factory=Unknown)
    training: Training = dataclasses.field(default_factory=Training)

    def __post_init__(self):
        check_shares(self.data)
        check_decay(self.optimizer, self.training.images)
        if not 0 < self.unknown.max_false_positive_rate < 1:
            raise ValueError(
                "`unknown.max_false_positive_rate` must lie between 0 and 1, "
                f"exclusively. Received "
                f"{self.unknown.max_false_positive_rate:g}."
            )


def check_shares(data: Data) -> None:
    """Raises `ValueError` if nothing is left to learn, or to hold out."""
    held_out = data.test_share + data.calibration_share
    if data.calibration_share == 0 or held_out >= 1:
        raise ValueError(
            "`data.calibration_share` must be above 0, and with "
            "`data.test_share` below 1. Received "
            f"{data.calibration_share:g} and {data.test_share:g}."
        )


def check_decay(optimizer: Optimizer, images: int) -> None:
    """Raises `ValueError` if the rate falls for longer than it learns."""
    if optimizer.decay_images > images:
        raise ValueError(
            "`optimizer.decay_images` must be at most `training.images`, "
            f"{images}. Received {optimizer.decay_images}."
        )
