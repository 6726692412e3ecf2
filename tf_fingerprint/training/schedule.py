"""What each training step consists of, and how fast it learns."""

import dataclasses

from tf_fingerprint.training.curriculum import Progress


@dataclasses.dataclass(frozen=True)
class Plan:
    """The parts of one step; each combination is compiled once.

    `anchored`: whether the finished pictures take the place of the
    discriminator; `decoder_only`: whether only the decoder learns; `opposed`:
    whether the discriminators stay on although it is anchored.
    """

    fingerprints: bool
    anchored: bool = False
    decoder_only: bool = False
    opposed: bool = False
    r1: bool = False
    path_length: bool = False

    @property
    def has_opponents(self) -> bool:
        """Whether the discriminators take part."""
        return not self.decoder_only and (self.opposed or not self.anchored)


@dataclasses.dataclass(frozen=True)
class Schedule:
    """How many photographs a training sees, and what happens on the way.

    `r1_interval`: steps between two R1 penalties. 16 in the paper.
    `path_length_interval`: steps between two path-length penalties. 4 in the
    paper. `ema_half_life_images`: images after which an old weight counts half
    in the generator's moving average. 10,000 in the paper. `anchored`: whether,
    once the pictures have had their time, fingerprints are learned against
    those pictures, with neutral bits, instead of against the discriminator and
    other fingerprints. Not in the paper; less than half the arithmetic, and the
    content cannot drift. `opposed`: whether the discriminators stay on
    meanwhile. `decay_images`: last images over which the learning rate falls to
    a tenth. 0 in the paper. `decoder_images`: images at the very end from which
    only the decoder learns, from the moving average's pictures rounded to 8
    bits. 0 in the paper. Raises `ValueError` if the last phases are longer than
    the training.
    """

    total_images: int
    batch_size: int
    r1_interval: int = 16
    path_length_interval: int = 4
    ema_half_life_images: float = 10_000
    anchored: bool = False
    opposed: bool = False
    decay_images: int = 0
    decoder_images: int = 0

    def __post_init__(self):
        if self.decay_images + self.decoder_images > self.total_images:
            raise ValueError(
                "`decay_images` and `decoder_images` must fit into "
                "`total_images`. Received: "
                f"decay_images={self.decay_images}, "
                f"decoder_images={self.decoder_images}, "
                f"total_images={self.total_images}"
            )

    def plan(
        self, progress: Progress, *, r1: bool = True, path_length: bool = True
    ) -> Plan:
        """What the next step consists of.

        `r1`: whether R1 has any weight.
        """
        fingerprints = progress.active_bits > 0
        last = self.total_images - self.decoder_images
        if fingerprints and progress.images >= last:
            return Plan(fingerprints=True, decoder_only=True)
        anchored = fingerprints and self.anchored
        if anchored and not self.opposed:
            return Plan(fingerprints=True, anchored=True)
        step = progress.images // self.batch_size
        return Plan(
            fingerprints=fingerprints,
            anchored=anchored,
            opposed=anchored and self.opposed,
            r1=r1 and step % self.r1_interval == 0,
            path_length=path_length and step % self.path_length_interval == 0,
        )

    def learning_rate_factor(self, progress: Progress) -> float:
        """What the learning rates are multiplied by.

        They fall linearly to a tenth over `decay_images`. The decoder alone
        starts anew and falls likewise: its pictures no longer move.

        Returns from 1 down to 0.1.
        """
        # The last epoch may go on beyond the last image.
        left = max(0, self.total_images - progress.images)
        length = self.decoder_images
        if left > self.decoder_images or not self.decoder_images:
            left, length = left - self.decoder_images, self.decay_images
        if left >= length:
            return 1.0
        return 0.1 + 0.9 * left / length

    @property
    def ema_decay(self) -> float:
        """What remains of the moving average after one step."""
        return 0.5 ** (self.batch_size / self.ema_half_life_images)
