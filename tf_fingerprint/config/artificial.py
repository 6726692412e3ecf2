"""A config of the second method, which fingerprints the training data.

"The paper" is Yu et al., 2021 (https://arxiv.org/abs/2007.08457), with what
it leaves open as its authors' code has it; see `sections` for the first one's.
"""

import dataclasses
from typing import ClassVar
from typing import Literal

from tf_fingerprint.config import fields
from tf_fingerprint.config.fields import Count
from tf_fingerprint.config.fields import CountOrZero
from tf_fingerprint.config.fields import Momentum
from tf_fingerprint.config.fields import NotNegative
from tf_fingerprint.config.fields import Positive
from tf_fingerprint.config.fields import Section
from tf_fingerprint.config.fields import Share
from tf_fingerprint.config.perturbations import Perturbations
from tf_fingerprint.config.scalable import Data


@dataclasses.dataclass(frozen=True, kw_only=True)
class Networks(Section):
    """`[networks]`: the encoder and the decoder.

    Args:
        num_bits: Bits in a fingerprint, 32 to 256. 100 in the paper.
        encoder_width: Channels of the encoder's outermost convolutions. 32 in
            the paper.
        decoder_width: Channels of the decoder's first ones. 32 in the paper.
        dense_units: Width of the decoder's hidden dense layer. 512 in the
            paper.
        residual: Whether the encoder makes the difference to the photograph
            instead of the picture, the paper's.
        mark_resolution: Height and width, in pixels, to which that difference
            is averaged before it is enlarged again; 0, as in the paper, for
            that of the photographs.
        initializer: `torch`, how the authors' framework draws weights, or `he`.
    """

    num_bits: fields.CodecBits = 100
    encoder_width: Count = 32
    decoder_width: Count = 32
    dense_units: Count = 512
    residual: bool = False
    mark_resolution: CountOrZero = 0
    initializer: Literal["torch", "he"] = "torch"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Losses(Section):
    """`[losses]`: how much the picture counts, and from when on.

    Args:
        fingerprint: Weight of the bits' cross-entropy. 1 in the paper.
        image: Weight of the squared difference to the photograph, in the end.
            10 in the paper.
        initial_image: That weight in the beginning. 0 in the paper.
        read_accuracy: Bit accuracy of one batch from which on the steps count.
            0.9 in the paper.
        await_steps: Steps before the weight begins to grow. 1,000 in the
            paper.
        ramp_steps: Steps over which it grows. 3,000 in the paper.
    """

    fingerprint: NotNegative = 1.0
    image: NotNegative = 10.0
    initial_image: NotNegative = 0.0
    read_accuracy: fields.AboveChance = 0.9
    await_steps: CountOrZero = 1000
    ramp_steps: CountOrZero = 3000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Optimizer(Section):
    """`[optimizer]`: Adam for both networks.

    Args:
        learning_rate: 0.0001 in the paper.
        beta_1: Decay of the gradients' mean. 0.9 in the paper.
        beta_2: Decay of their squares' mean. 0.999 in the paper.
        decay_images: Last images over which the learning rate falls to a
            tenth. 0 in the paper.
    """

    learning_rate: Positive = 1e-4
    beta_1: Momentum = 0.9
    beta_2: Momentum = 0.999
    decay_images: CountOrZero = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Curriculum(Section):
    """`[curriculum]`: which bits are trained when. The paper has none.

    Accuracy is that of pictures that were not perturbed, if any.

    Args:
        initial_bits: Random bits to begin with, the others held at the
            neutral middle; 0 for all at once, as in the paper.
        advance_accuracy: Running accuracy of the active bits at which their
            number doubles.
        raise_accuracy: Running accuracy of all bits above which the weight of
            the picture is raised further, and 0.02 below which lowered again.
        max_consistency: Largest factor on that weight; 1 leaves it alone, as
            in the paper.
        exchanged_share: Share of pictures whose difference to the photograph
            is read on another photograph. 0 in the paper.
    """

    initial_bits: CountOrZero = 0
    advance_accuracy: fields.AboveChance = 0.9
    raise_accuracy: fields.AboveChance = 0.98
    max_consistency: Positive = 1.0
    exchanged_share: Share = 0.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Training(Section):
    """`[training]`: how long, how fast, and what is kept.

    Args:
        images: Photographs to show in all, repetitions counted.
        held_out_share: Share of the photographs that are not trained on, for
            the figures of each epoch; at least one. None in the paper.
        batch_size: Photographs in a step, over all replicas. 64 in the paper.
        seed: Of weights, order and draws, below 2**32.
        mixed_precision: `float32`, the paper's, or `mixed_bfloat16`.
        steps_per_epoch: Steps from one line in the log to the next.
        checkpoint_epochs: Epochs from one checkpoint to the next.
        quality_epochs: Epochs from one measurement on the photographs held
            out to the next.
        grid_epochs: Epochs from one grid of pictures to the next.
        chance_images: Images after which a bit accuracy still at chance is
            reported loudly; 0 for never.
        psnr_floor: Peak signal-to-noise ratio, in dB, under which pictures
            are reported loudly once the picture has its full weight.
    """

    images: Count
    held_out_share: Share = 0.05
    batch_size: Count = 64
    seed: fields.Seed = 1000
    mixed_precision: Literal["float32", "mixed_bfloat16"] = "float32"
    steps_per_epoch: Count = 250
    checkpoint_epochs: Count = 1
    quality_epochs: Count = 1
    grid_epochs: Count = 4
    chance_images: CountOrZero = 100_000
    psnr_floor: NotNegative = 25.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class CodecConfig:
    """An experiment. What doesn't stand in its file is as in the paper."""

    method: ClassVar[str] = "artificial"

    data: Data
    networks: Networks = dataclasses.field(default_factory=Networks)
    losses: Losses = dataclasses.field(default_factory=Losses)
    optimizer: Optimizer = dataclasses.field(default_factory=Optimizer)
    curriculum: Curriculum = dataclasses.field(default_factory=Curriculum)
    perturbations: Perturbations = dataclasses.field(
        default_factory=Perturbations
    )
    training: Training

    def __post_init__(self):
        initial, total = self.curriculum.initial_bits, self.networks.num_bits
        if initial > total:
            raise ValueError(
                "`curriculum.initial_bits` must be at most "
                f"`networks.num_bits`, {total}. Received {initial}."
            )
        if self.data.channels != 3:
            raise ValueError(
                "`data.channels` must be 3 with `method` `artificial`: its "
                f"networks take RGB. Received {self.data.channels}."
            )
        if self.data.resolution < 32:
            raise ValueError(
                "`data.resolution` must be at least 32 with `method` "
                "`artificial`: its networks halve pictures five times. "
                f"Received {self.data.resolution}."
            )
        sizes = [self.data.resolution >> k for k in range(1, 7)]
        wanted = self.networks.mark_resolution
        if wanted and wanted not in [each for each in sizes if each >= 4]:
            raise ValueError(
                "`networks.mark_resolution` must be 0, or `data.resolution` "
                f"halved down to 4. Received {wanted} with a resolution of "
                f"{self.data.resolution}."
            )
        if wanted and not self.networks.residual:
            raise ValueError(
                "`networks.residual` must be true where "
                "`networks.mark_resolution` is set. Received false."
            )
        if self.training.held_out_share == 1:
            raise ValueError(
                "`training.held_out_share` must be below 1, or nothing is "
                "left to train on. Received 1."
            )
