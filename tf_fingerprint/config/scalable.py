"""The sections of a config. Defaults are the paper's unless they say so.

"The paper" is Yu et al., 2022 (https://arxiv.org/abs/2012.08726), with what
it leaves open as its authors' code has it. A new setting is one line here and
one in its section's docstring: type and range stand in the annotation.
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
from tf_fingerprint.config.fields import Resolution
from tf_fingerprint.config.fields import Resolutions
from tf_fingerprint.config.fields import Section
from tf_fingerprint.config.fields import Share
from tf_fingerprint.config.perturbations import Perturbations


@dataclasses.dataclass(frozen=True, kw_only=True)
class Data(Section):
    """`[data]`: the pictures to train on.

    Args:
        source: A folder, a `.zip`, `tfds:NAME[/CONFIG][:SPLIT]` or
            `procedural[:N]`. In a file, relative to that file's folder.
        resolution: Height and width in pixels, 16 to 256. 128 for the paper's
            CelebA and LSUN Bedroom.
        channels: 3 for RGB, the paper's; 1 for grey.
        crop: How pictures become square: `center`, `celeba` or `none`.
        mirror: Whether to flip half of the pictures. Not in the paper.
        max_images: Use only the first so many; 0 for all.
        max_broken_share: Share of broken files to skip before it is an error.
    """

    source: str
    resolution: Resolution = 128
    channels: Literal[1, 3] = 3
    crop: Literal["center", "celeba", "none"] = "center"
    mirror: bool = False
    max_images: CountOrZero = 0
    max_broken_share: Share = 0.01


@dataclasses.dataclass(frozen=True, kw_only=True)
class Networks(Section):
    """`[networks]`: widths and depths of the generator and its opponents.

    Args:
        num_bits: Bits in a fingerprint, 8 to 512. 128 in the paper.
        latent_dim: Numbers in a latent. 512 in the paper.
        style_dim: Width of the fingerprint embedding. 512 in the paper.
        embedding_layers: Dense layers in it; 0 takes the bits as they are, and
            `style_dim` must equal `num_bits`. 8 in the paper.
        embedding_learning_rate_multiplier: Theirs, relative to the other
            layers'. 0.01 in the paper.
        signed_bits: Whether bits enter as -1 and 1 instead of 0 and 1, the
            paper's.
        channel_base: Generator's and discriminator's channels times height:
            a layer has `2 * channel_base / resolution`. 8192 in the paper.
        max_channels: At most so many. 512 in the paper.
        modulated_resolutions: First and last resolution at which fingerprints
            modulate convolutions. 4 and 128 in the paper.
        affine_gain: Of the layers from style to modulation. 1 in the paper.
        noise: Per-layer noise: `random`, drawn anew for every picture, as in
            the paper; `fixed` or `none`.
        noise_strength: Initial factor on it; it is learned. 0 in the paper.
        features: The frozen network by which pictures are compared, where a
            loss asks for it: `efficientnet_lite0`, which comes with the
            package, or one of `keras.applications`, such as `MobileNetV2`.
            Not in the paper.
        decoder_channel_base: The decoder's `channel_base`.
        decoder_max_channels: The decoder's `max_channels`.
    """

    num_bits: fields.NumBits = 128
    latent_dim: Count = 512
    style_dim: Count = 512
    embedding_layers: CountOrZero = 8
    embedding_learning_rate_multiplier: Positive = 0.01
    signed_bits: bool = False
    channel_base: Count = 8192
    max_channels: Count = 512
    modulated_resolutions: Resolutions = (4, 128)
    affine_gain: Positive = 1.0
    noise: Literal["random", "fixed", "none"] = "random"
    noise_strength: NotNegative = 0.0
    features: str = "efficientnet_lite0"
    decoder_channel_base: Count = 8192
    decoder_max_channels: Count = 512


@dataclasses.dataclass(frozen=True, kw_only=True)
class Losses(Section):
    """`[losses]`: the weight of each term of the loss.

    Args:
        adversarial: The discriminator finds the picture real. 1 in the paper.
        latent: The decoder recovers the latents. 1 in the paper.
        fingerprint: The decoder recovers the fingerprint. 2 in the paper.
        consistency: Same latents, two fingerprints, same picture. 2 in the
            paper.
        coarse_consistency: The same, of means over squares of 4 x 4 pixels. 0
            in the paper.
        feature_adversarial: Discriminators on features find the picture real,
            beside the other one. 0 in the paper.
        feature_consistency: As `consistency`, of features: the sum over four
            scales of the squared distance of their directions. 0 in the
            paper.
        r1: Gradient penalty on real pictures, halved as in its formula. 100 in
            the paper.
        path_length: Path-length penalty. 2 in the paper.
    """

    adversarial: NotNegative = 1.0
    latent: NotNegative = 1.0
    fingerprint: NotNegative = 2.0
    consistency: NotNegative = 2.0
    coarse_consistency: NotNegative = 0.0
    feature_adversarial: NotNegative = 0.0
    feature_consistency: NotNegative = 0.0
    r1: NotNegative = 100.0
    path_length: NotNegative = 2.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Optimizer(Section):
    """`[optimizer]`: Adam for all networks, penalties, moving average.

    Args:
        learning_rate: 0.002 in the paper.
        beta_1: Decay of the gradients' mean. 0 in the paper.
        beta_2: Decay of their squares' mean. 0.99 in the paper.
        r1_interval: Steps from one R1 penalty to the next. 16 in the paper.
        path_length_interval: Steps from one path-length penalty to the next.
            4 in the paper.
        ema_half_life_images: Images after which the moving average has half
            forgotten a generator. 10,000 in the paper.
        decay_images: Last images over which the learning rate falls to a
            tenth. 0 in the paper.
        feature_learning_rate: Of the discriminators on features.
    """

    learning_rate: Positive = 0.002
    beta_1: Momentum = 0.0
    beta_2: Momentum = 0.99
    r1_interval: Count = 16
    path_length_interval: Count = 4
    ema_half_life_images: Count = 10_000
    decay_images: CountOrZero = 0
    feature_learning_rate: Positive = 0.0005


@dataclasses.dataclass(frozen=True, kw_only=True)
class Curriculum(Section):
    """`[curriculum]`: which bits are trained when. The paper has none.

    Args:
        initial_bits: Random bits to begin with, the others held at the
            neutral middle. All 128 at once in the paper.
        picture_images: Images to train on with all bits neutral, before the
            first become random. 0 in the paper.
        anchored: Whether bits are then learned against the pictures that the
            generator makes by then, instead of against the discriminator.
        opposed: Whether the discriminators stay on meanwhile, if anchored.
        advance_accuracy: Running accuracy of the active bits at which their
            number doubles.
        raise_accuracy: Running accuracy of all bits above which the weight of
            the consistency loss is raised, and 0.02 below which lowered again.
        max_consistency: Largest factor on that weight; 1 leaves it alone.
        initial_consistency: The factor when the first bits become random.
        training_fingerprints: Draw from a set of so many, which the seed
            gives; 0, the paper's, draws new ones for every picture.
    """

    initial_bits: Count = 128
    picture_images: CountOrZero = 0
    anchored: bool = False
    opposed: bool = False
    advance_accuracy: fields.AboveChance = 0.9
    raise_accuracy: fields.AboveChance = 0.98
    max_consistency: Positive = 1.0
    initial_consistency: Positive = 1.0
    training_fingerprints: CountOrZero = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Training(Section):
    """`[training]`: how long, how fast, and what is kept.

    Args:
        images: Training images to show in all, repetitions counted.
        start: Weights to begin with, all bits active: a run directory, or
            `pretrained`; empty, as in the paper, for random ones. In a file,
            relative to that file's folder.
        anchor: A folder whose `generator.keras` makes the pictures to stay
            near, if anchored; empty for those of `start`.
        control: Whether all bits stay neutral to the end: what the same
            networks, photographs and losses come to without a fingerprint.
        decoder_images: Last of them, on which only the decoder learns, from
            finished pictures rounded to 8 bits. 0 in the paper.
        batch_size: Images in a step, over all replicas. 16 in the paper, on
            two GPUs.
        seed: Of weights, order and draws, below 2**32. 1000 in the authors'
            code.
        mixed_precision: `float32`, the paper's, or `mixed_bfloat16`.
        steps_per_epoch: Steps from one line in the log to the next.
        checkpoint_epochs: Epochs from one checkpoint to the next.
        grid_epochs: Epochs from one grid of pictures to the next.
        chance_images: Images after which a bit accuracy still at chance is
            reported loudly; 0 for never.
    """

    images: Count
    start: str = ""
    anchor: str = ""
    control: bool = False
    decoder_images: CountOrZero = 0
    batch_size: Count = 16
    seed: fields.Seed = 1000
    mixed_precision: Literal["float32", "mixed_bfloat16"] = "float32"
    steps_per_epoch: Count = 250
    checkpoint_epochs: Count = 1
    grid_epochs: Count = 4
    chance_images: CountOrZero = 100_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """An experiment. What doesn't stand in its file is as in the paper."""

    method: ClassVar[str] = "scalable"

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
        first, last = self.networks.modulated_resolutions
        if not (4 <= first <= last and _is_power(first) and _is_power(last)):
            raise ValueError(
                "`networks.modulated_resolutions` must be two powers of two "
                f"from 4 on, the smaller first. Received [{first}, {last}]."
            )


def _is_power(number):
    """Whether a positive number is a power of two."""
    return number.bit_count() == 1
