"""Everything that training the visualization network is set by.

Defaults are the paper's unless they say so: Yu et al., 2019
(https://arxiv.org/abs/1811.08180), with what it leaves open as its authors'
code has it.
"""

import dataclasses
from typing import ClassVar
from typing import Literal

from tf_fingerprint.config import fields
from tf_fingerprint.config import passive as passive_config
from tf_fingerprint.config.fields import Count
from tf_fingerprint.config.fields import Momentum
from tf_fingerprint.config.fields import Positive
from tf_fingerprint.config.fields import Section


@dataclasses.dataclass(frozen=True, kw_only=True)
class Network(Section):
    """`[network]`: widths of autoencoder and critic, and where kernels begin.

    Args:
        channel_base: Channels times height: the first layer of a resolution
            has `2 * channel_base / resolution`. 1024 in the paper.
        max_channels: At most so many. 512 in the paper.
        kernel_deviation: Of the noise that model fingerprints begin as. 1 in
            the paper, which short trainings don't get rid of.
    """

    channel_base: Count = 1024
    max_channels: Count = 512
    kernel_deviation: Positive = 1.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Losses(Section):
    """`[losses]`: weights beside the cross-entropy's, which is 1.

    Args:
        reconstruction: Of the mean absolute difference. 20 in the paper.
        adversarial: Of the critic's opinion of reconstructions. 0.1 in the
            paper.
        gradient_penalty: Of the critic's own penalty. 10 in the paper.
        drift: Of the square of its opinion of pictures. 0.001 in the paper.
    """

    reconstruction: Positive = 20.0
    adversarial: Positive = 0.1
    gradient_penalty: Positive = 10.0
    drift: Positive = 0.001


@dataclasses.dataclass(frozen=True, kw_only=True)
class Training(Section):
    """`[training]`: how long, how fast, and what is kept.

    Args:
        images: Training images to show in all. 25 million in the paper.
        batch_size: Images in a step, over all replicas. 32 in the paper.
        seed: Of weights, order and draws, below 2**32. 1000 in the authors'
            code.
        ema_decay: Share of the moving average of the weights that stays from
            step to step. 0.999 in the paper.
        mixed_precision: `float32`, the paper's, or `mixed_bfloat16`.
        steps_per_epoch: Steps from one line in the log to the next.
        checkpoint_epochs: Epochs from one checkpoint to the next.
        grid_epochs: Epochs from one grid of pictures to the next.
    """

    images: Count = 25_000_000
    batch_size: Count = 32
    seed: fields.Seed = 1000
    ema_decay: Momentum = 0.999
    mixed_precision: Literal["float32", "mixed_bfloat16"] = "float32"
    steps_per_epoch: Count = 250
    checkpoint_epochs: Count = 1
    grid_epochs: Count = 10


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """An experiment. What doesn't stand in its file is as in the paper."""

    method: ClassVar[str] = "visualization"

    data: passive_config.Data = dataclasses.field(
        default_factory=passive_config.Data
    )
    network: Network = dataclasses.field(default_factory=Network)
    optimizer: passive_config.Optimizer = dataclasses.field(
        default_factory=passive_config.Optimizer
    )
    losses: Losses = dataclasses.field(default_factory=Losses)
    training: Training = dataclasses.field(default_factory=Training)

    def __post_init__(self):
        passive_config.check_shares(self.data)
        passive_config.check_decay(self.optimizer, self.training.images)
