"""What a measurement comes to: figures with intervals, curves and pictures.

An evaluator is a function from a `Subject` and `Options` to an iterator over
these. It never prints and never writes: what it yields ends up in a report.
"""

import dataclasses
import math
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from tf_fingerprint.evaluation.metrics import accuracy
from tf_fingerprint.fingerprints import intervals

CONFIDENCE = 0.95

Points = tuple[tuple[float, float], ...]


@dataclasses.dataclass(frozen=True)
class Figure:
    """A number that was measured, how sure it is, and what it rests on.

    Args:
        name: In snake case, unique within its suite.
        value: The number.
        low: Lower end of its interval of 95 % confidence.
        high: Upper end.
        pictures: How many pictures were looked at.
        fingerprints: How many different fingerprints they carry.
        unit: Such as `bits` or `dB`; empty for a share.

    Raises:
        ValueError: If a number is not finite, `low` exceeds `high`, or a count
            is negative.
    """

    name: str
    value: float
    low: float
    high: float
    pictures: int
    fingerprints: int
    unit: str = ""

    def __post_init__(self):
        for field in ("value", "low", "high"):
            object.__setattr__(self, field, float(getattr(self, field)))
        for field in ("pictures", "fingerprints"):
            object.__setattr__(self, field, int(getattr(self, field)))
        numbers = (self.value, self.low, self.high)
        if not all(map(math.isfinite, numbers)) or self.low > self.high:
            raise ValueError(
                f"`{self.name}` must be a finite number with an interval from "
                f"`low` to `high`. Received {self.value} with {self.low} to "
                f"{self.high}."
            )
        if self.pictures < 0 or self.fingerprints < 0:
            raise ValueError(
                f"`{self.name}` must rest on at least 0 pictures and "
                f"fingerprints. Received {self.pictures} and "
                f"{self.fingerprints}."
            )

    @classmethod
    def share(
        cls, name: str, successes: float, trials: int, *, fingerprints: int
    ) -> Self:
        """A share of pictures, with Wilson's interval.

        Args:
            name: Of the figure.
            successes: Pictures in which it happened.
            trials: Pictures in all, above 0.
            fingerprints: How many different ones they carry.

        Example:

        >>> figure = Figure.share("named", 81, 263, fingerprints=1)
        >>> print(f"{figure.value:.4f}, {figure.low:.4f} to {figure.high:.4f}")
        0.3080, 0.2553 to 0.3662
        """
        low, high = accuracy.wilson_interval(successes, trials, CONFIDENCE)
        value = successes / trials
        low, high = min(low, value), max(high, value)  # They may be rounded.
        return cls(name, value, low, high, trials, fingerprints)

    @classmethod
    def bit_accuracy(
        cls,
        name: str,
        num_matches: npt.ArrayLike,
        num_bits: int,
        *,
        fingerprints: int,
    ) -> Self:
        """A share of bits, with Wilson's interval for pictures' bits.

        Args:
            name: Of the figure.
            num_matches: `(images,)`, from `bit_accuracy_counts`; at least 2.
            num_bits: Length of the fingerprints.
            fingerprints: How many different ones the pictures carry.

        Returns:
            The figure; see `accuracy.bit_accuracy_interval`.
        """
        num_matches = np.asarray(num_matches)
        low, high = accuracy.bit_accuracy_interval(
            num_matches, num_bits, CONFIDENCE
        )
        value = float(num_matches.mean()) / num_bits
        low, high = min(low, value), max(high, value)  # They may be rounded.
        return cls(name, value, low, high, len(num_matches), fingerprints)

    @classmethod
    def bootstrap(
        cls,
        name: str,
        statistic: Callable[[npt.NDArray], float],
        values: npt.ArrayLike,
        *,
        fingerprints: int,
        pictures: int | None = None,
        unit: str = "",
        seed: int = 0,
        resamples: int = intervals.RESAMPLES,
    ) -> Self:
        """Any statistic of independent values, with the percentile interval.

        Args:
            name: Of the figure.
            statistic: From values to one number, such as `np.median`.
            values: One for each unit that was drawn independently, such as a
                picture or a latent, along the first axis; at least 2.
            fingerprints: How many different ones the pictures carry.
            pictures: How many; as many as values if not given.
            unit: Of the number.
            seed: Of the draws.
            resamples: How often values are drawn again.

        Raises:
            ValueError: If there are fewer than 2 values.
        """
        values = np.asarray(values)
        low, high = intervals.percentile_interval(
            statistic,
            values,
            confidence=CONFIDENCE,
            seed=seed,
            resamples=resamples,
        )
        count = len(values) if pictures is None else pictures
        value = statistic(values)
        return cls(name, value, low, high, count, fingerprints, unit)

    @classmethod
    def change(
        cls,
        name: str,
        before: npt.NDArray,
        after: npt.NDArray,
        *,
        fingerprints: int,
    ) -> Self:
        """Mean over pictures of the root mean square difference, in levels.

        Args:
            name: Of the figure.
            before: `(images, height, width, channels)`, 0 to 255; at least 2.
            after: As many, in the same order.
            fingerprints: How many different ones they carry.
        """
        squares = np.square(after.astype(np.float32) - before)
        each = np.sqrt(squares.mean(axis=(1, 2, 3)))
        return cls.bootstrap(
            name, np.mean, each, fingerprints=fingerprints, unit="levels"
        )

    @classmethod
    def scattered(
        cls,
        name: str,
        value: float,
        drawn: Sequence[float],
        *,
        pictures: int,
        fingerprints: int,
        unit: str = "",
    ) -> Self:
        """A statistic that drawing again shifts; see `scatter_interval`.

        Args:
            name: Of the figure.
            value: The statistic of all pictures.
            drawn: The statistic of each draw, at least 2.
            pictures: How many there are.
            fingerprints: How many different ones they carry.
            unit: Of the number.
        """
        low, high = intervals.scatter_interval(value, drawn, CONFIDENCE)
        return cls(name, value, low, high, pictures, fingerprints, unit)


@dataclasses.dataclass(frozen=True)
class Curve:
    """A figure against the strength of what is done to pictures or networks.

    Args:
        name: In snake case, unique within its suite.
        x_label: What the strength is, with its unit.
        y_label: What the figures are.
        points: Pairs of a strength and its figure, at least one.
        published: By name, others' points, to be drawn beside.

    Raises:
        ValueError: If there is no point.
    """

    name: str
    x_label: str
    y_label: str
    points: tuple[tuple[float, Figure], ...]
    published: Mapping[str, Points] = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if not self.points:
            raise ValueError(
                f"`{self.name}` must have at least one point. Received none."
            )
        points = tuple((float(x), figure) for x, figure in self.points)
        object.__setattr__(self, "points", points)
        published = {
            name: tuple((float(x), float(y)) for x, y in each)
            for name, each in self.published.items()
        }
        object.__setattr__(self, "published", published)


@dataclasses.dataclass(frozen=True, eq=False)
class Grid:
    """Rows of pictures to look at.

    Args:
        name: In snake case, unique within its suite.
        images: `(rows, columns, height, width, channels)`, `uint8`.
        rows: What each row shows.
        caption: What the pictures have in common.

    Raises:
        ValueError: If the pictures are none, or rows and labels differ.
    """

    name: str
    images: npt.NDArray[np.uint8]
    rows: tuple[str, ...]
    caption: str = ""

    def __post_init__(self):
        images = np.asarray(self.images)
        if images.dtype != np.uint8 or images.ndim != 5 or not images.size:
            raise ValueError(
                f"`{self.name}` must hold rows of uint8 pictures, in an array "
                f"with five axes. Received {images.dtype} with {images.ndim}."
            )
        if len(images) != len(self.rows):
            raise ValueError(
                f"`{self.name}` must have a label for each of its "
                f"{len(images)} rows. Received {len(self.rows)}."
            )
        object.__setattr__(self, "images", images)
        object.__setattr__(self, "rows", tuple(self.rows))


Item = Figure | Curve | Grid
