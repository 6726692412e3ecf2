"""How far fresh fingerprints keep from issued ones and from forbidden ones."""

import dataclasses

import numpy as np
import numpy.typing as npt

from tf_fingerprint import fingerprints
from tf_fingerprint.registry import distances


@dataclasses.dataclass(frozen=True, eq=False)
class Spacing:
    """Distances that a fresh fingerprint must keep, or it is drawn again.

    A decoder shown photographs has habitual answers. Whoever was issued a
    fingerprint near one of these would be accused more often than the odds say.

    Args:
        min_distance: Fewest bits in which it differs from every issued one; as
            `default_min_distance` says if not given.
        forbidden: `(answers, num_bits)` of 0 and 1 that nobody is issued, nor
            anything like them.
        forbidden_distance: Fewest bits in which it differs from these;
            `min_distance` if not given.

    Raises:
        ValueError: If a distance is less than 1.
    """

    min_distance: int | None = None
    forbidden: npt.ArrayLike = ()
    forbidden_distance: int | None = None

    def __post_init__(self):
        for name in ("min_distance", "forbidden_distance"):
            distance = getattr(self, name)
            if distance is not None and distance < 1:
                raise ValueError(
                    f"`{name}` must be 1 or more, so that no fingerprint is "
                    f"issued twice. Received {distance}."
                )

    def between(self, num_bits: int) -> int:
        """Fewest bits in which fingerprints of that length must differ."""
        if self.min_distance is None:
            return distances.default_min_distance(num_bits)
        return self.min_distance

    def allows(self, bits: npt.NDArray[np.uint8]) -> bool:
        """Whether a fingerprint keeps away from all that is forbidden.

        Args:
            bits: `(num_bits,)` of 0 and 1.

        Raises:
            ValueError: If the forbidden ones are of another length.
        """
        forbidden = np.asarray(self.forbidden)
        if not forbidden.size:
            return True
        forbidden = fingerprints.check_bits(forbidden)
        if forbidden.ndim != 2 or forbidden.shape[1] != bits.size:
            raise ValueError(
                f"`forbidden` must be an array of rows of {bits.size} bits. "
                f"Received the shape {forbidden.shape}. Are these answers of "
                "another run's decoder?"
            )
        distance = self.forbidden_distance or self.between(bits.size)
        return int((forbidden != bits).sum(axis=1).min()) >= distance


DEFAULT_SPACING = Spacing()
