"""What a fingerprint changes in what a picture shows."""

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.report.figures import Grid
from tf_fingerprint.evaluation.report.figures import Item
from tf_fingerprint.evaluation.subjects import Options
from tf_fingerprint.evaluation.subjects import Subject
from tf_fingerprint.fingerprints import intervals

LATENTS, FINGERPRINTS = 32, 8

# Of the grid: the same latents with several fingerprints.
SHOWN_LATENTS, SHOWN_FINGERPRINTS, GAIN = 8, 3, 5


def diversity(
    subject: Subject,
    options: Options,
    see: Callable[[npt.NDArray[np.uint8]], npt.NDArray],
) -> Iterator[Item]:
    """How far apart fingerprints are at one latent, and latents at one.

    Features are scaled to length 1, and distances are squared, as LPIPS has
    it; but these features are means over a picture, blind to where a thing is.

    `options`: with the number of pictures, of which the latents are an eighth,
    up to 32.
    """
    latents = max(2, min(LATENTS, options.pictures // FINGERPRINTS))
    grid = _grid_of(subject, options, latents)
    yield _shown(grid)
    seen = see(grid.reshape(-1, *grid.shape[2:])).astype("float64")
    seen /= np.linalg.norm(seen, axis=1, keepdims=True).clip(1e-12)
    seen = seen.reshape(latents, FINGERPRINTS, -1)
    rest: dict[str, Any] = {
        "pictures": latents * FINGERPRINTS,
        "fingerprints": FINGERPRINTS,
    }
    for name, sets in (
        ("distance_of_fingerprints", seen),
        ("distance_of_latents", seen.swapaxes(0, 1)),
    ):
        each = 2 * sets.var(axis=1, ddof=1).sum(axis=-1)
        yield Figure.bootstrap(name, np.mean, each, **rest)
    yield from _of_pixels(grid.astype("float64"), rest)


def _grid_of(subject, options, latents):
    """`(latents, fingerprints, ...)`, each latent with each fingerprint."""
    columns = [
        # The same random numbers for all: the same latents and noise.
        subject.generate(
            np.repeat(bits[None], latents, axis=0), options.random("diversity")
        )
        for bits in subject.fresh_fingerprints(FINGERPRINTS)
    ]
    return np.stack(columns, axis=1)


def _of_pixels(grid, rest):
    """Signal-to-noise ratio, and share of the variance, over latents."""
    changes = 2 * grid.var(axis=1, ddof=1).mean(axis=(1, 2, 3))
    # Rounded pictures that are all the same differ by less than this.
    smallest = 1 / grid[0].size

    def decibels(values):
        return 10 * np.log10(255**2 / max(values.mean(), smallest))

    yield Figure.bootstrap(
        "psnr_of_fingerprints", decibels, changes, unit="dB", **rest
    )
    within = grid.var(axis=1).mean(axis=(1, 2, 3))
    means = grid.mean(axis=1).reshape(len(grid), -1)

    def share(values):
        between = values[:, 1:].var(axis=0).mean()
        total = values[:, 0].mean() + between
        return values[:, 0].mean() / total if total else 0.0

    rows = np.column_stack([within, means])
    yield Figure.scattered(
        "variance_share_of_fingerprints",
        share(rows),
        [share(rows[each]) for each in intervals.draws(len(rows), 200)],
        **rest,
    )


def _shown(grid):
    """Rows of fingerprints at the same latents, and what tells two apart."""
    columns = grid[:SHOWN_LATENTS].swapaxes(0, 1)
    difference = columns[0].astype(np.int16) - columns[1]
    residual = np.clip(128 + GAIN * difference, 0, 255).astype(np.uint8)
    rows = [*columns[:SHOWN_FINGERPRINTS], residual]
    labels = [
        *(f"fingerprint {n}" for n in range(1, SHOWN_FINGERPRINTS + 1)),
        f"1 minus 2, times {GAIN}",
    ]
    return Grid(
        "fingerprints_at_one_latent",
        np.stack(rows),
        tuple(labels),
        "One latent a column.",
    )
