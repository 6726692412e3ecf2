"""Whether copies of a run can be told apart by its decoder, before one goes."""

import dataclasses
import math

import numpy as np

from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import registry as registries

MAX_FALSE_POSITIVE_RATE = 1e-6

_PICTURES = 64
_SEED = 0


@dataclasses.dataclass(frozen=True)
class Reached:
    """How well a run's decoder reads pictures that its generator made.

    `bit_accuracy`: share of bits read right. 0.5 is chance level.
    """

    bit_accuracy: float
    num_bits: int
    pictures: int

    @property
    def num_copies(self) -> int:
        """Among how many copies such a picture can be told; 0 for not one."""
        return fingerprints.max_candidates(
            math.floor(self.bit_accuracy * self.num_bits + 1e-9),
            self.num_bits,
            MAX_FALSE_POSITIVE_RATE,
        )

    def in_words(self) -> str:
        """What was measured, and what it is enough for."""
        among = (
            f"a picture can be told among {self.num_copies:,} copies"
            if self.num_copies
            else "no picture can be traced to a copy"
        )
        return (
            f"{self.bit_accuracy:.1%} of {self.num_bits} bits are read right "
            f"in {self.pictures} pictures; at a false-positive rate of "
            f"{MAX_FALSE_POSITIVE_RATE:g} {among}"
        )


def reached(run) -> Reached:
    """Measures a run, once."""
    if "reached" not in run.kept:
        num_bits = run.config.networks.num_bits
        drawn = np.random.default_rng(_SEED)
        bits = drawn.integers(0, 2, (_PICTURES, num_bits), np.uint8)
        images = run.generate(_PICTURES, fingerprints=bits, seed=_SEED)
        accuracy = float(((run.decode(images) > 0) == bits).mean())
        run.kept["reached"] = Reached(accuracy, num_bits, _PICTURES)
    return run.kept["reached"]


def check(run, store: registries.Store, num_more: int = 1) -> None:
    """Raises unless a picture can be traced to one copy of all and some more.

    `run`: whose copies they are. Of one that makes no pictures, such as a
    codec's, nothing is asked.
    """
    if not hasattr(run, "generate"):
        return
    measured = reached(run)
    num_copies = store.count() + num_more
    if measured.num_copies < num_copies:
        raise errors.UntraceableError(
            f"A copy must be one that can be traced, among {num_copies:,}. Of "
            f"this run {measured.in_words()}. Train longer, or say "
            "`untraceable` (`--untraceable`) to hand out what can't be traced."
        )
