"""Intervals of anything that can be computed again from values drawn again."""

import statistics
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# The ends of an interval then scatter by a few hundredths of its width.
RESAMPLES = 1000


def draws(
    count: int, resamples: int = RESAMPLES, seed: int = 0
) -> Iterator[npt.NDArray[np.int64]]:
    """Places of values drawn again, with repetition, as many as there are.

    `seed`: of the draws; the same draws for the same seed. Returns an iterator
    over arrays of `count` places.
    """
    generator = np.random.default_rng(seed)
    for _ in range(resamples):
        yield generator.integers(0, count, count)


def percentile_interval(
    statistic: Callable[[npt.NDArray], float],
    values: npt.ArrayLike,
    *,
    confidence: float = 0.95,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> tuple[float, float]:
    """The percentile interval of a statistic of independent values.

    `values`: along the first axis; at least 2. `confidence`: probability that
    the interval covers what the statistic estimates, roughly.

    Reference:
        Efron and Tibshirani, 1993, An Introduction to the Bootstrap, Section
        13.3.
    """
    values = np.asarray(values)
    _check_enough(values)
    drawn = [
        statistic(values[places])
        for places in draws(len(values), resamples, seed)
    ]
    outside = 50 * (1 - confidence)
    low, high = np.percentile(drawn, [outside, 100 - outside])
    return float(low), float(high)


def scatter_interval(
    value: float, drawn: Sequence[float], confidence: float = 0.95
) -> tuple[float, float]:
    """The normal interval about a value, with the draws' standard deviation.

    For what drawing again shifts: a distance between sets of pictures grows
    where pictures are repeated, so that its percentiles would lie above it.

    `drawn`: the statistic of each draw; at least 2.

    Reference:
        Efron and Tibshirani, 1993, An Introduction to the Bootstrap, Section
        13.2.
    """
    values = np.asarray(drawn, "float64")
    _check_enough(values)
    deviations = statistics.NormalDist().inv_cdf((1 + confidence) / 2)
    width = deviations * float(values.std(ddof=1))
    return value - width, value + width


def _check_enough(values):
    """Raises unless there are two."""
    if values.ndim < 1 or len(values) < 2:
        raise ValueError(
            "An interval must rest on at least 2 values. Received "
            f"{values.size}."
        )
