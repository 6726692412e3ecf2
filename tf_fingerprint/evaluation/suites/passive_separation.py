"""How far apart features keep sources, against how far a source scatters."""

import itertools

import numpy as np
import numpy.typing as npt


def ratio(
    features: npt.NDArray[np.float32],
    sources: npt.NDArray[np.int64],
    *,
    seed: int = 0,
) -> float:
    """Frechet distance between sources, over that within one.

    Pictures of each source are halved at random. Between: the mean over pairs
    of different sources, of a half of each. Within: the mean over sources, of
    the two halves. All distances are of equally many pictures, as they grow
    with fewer.

    `features`: `(images, features)`; `sources`: `(images,)`, at least two
    sources of four pictures each. Returns 1 where features tell nothing apart.

    Reference:
        Yu et al., 2019, Section 4.2 (https://arxiv.org/abs/1811.08180).
    """
    labels, counts = np.unique(sources, return_counts=True)
    half = int(counts.min()) // 2
    if len(labels) < 2 or half < 2:
        raise ValueError(
            "`sources` must be at least two, of at least four pictures each. "
            f"Received {len(labels)}, the smallest of {counts.min()}."
        )
    random = np.random.default_rng(seed)
    halves = []
    for label in labels:
        chosen = random.permutation(np.flatnonzero(sources == label))
        pair = (chosen[:half], chosen[half : 2 * half])
        halves.append([_Cloud(features[places]) for places in pair])
    within = np.mean([one.distance(other) for one, other in halves])
    between = np.mean(
        [
            one[0].distance(other[1])
            for one, other in itertools.permutations(halves, 2)
        ]
    )
    return float(between / within)


class _Cloud:
    """A few pictures' features, taken as a Gaussian.

    With fewer pictures than features, products of pictures are the smaller
    matrices: if X and Y hold the deviations from the means, divided by the
    root of one less than the number of pictures, the trace of
    `(X^T X Y^T Y)^(1/2)` is the sum of the singular values of `X Y^T`.
    """

    def __init__(self, features):
        values = np.asarray(features, "float64")
        self.mean = values.mean(axis=0)
        self.deviations = (values - self.mean) / np.sqrt(len(values) - 1)
        self.variance = np.square(self.deviations).sum()

    def distance(self, other):
        """The Frechet distance."""
        product = self.deviations @ other.deviations.T
        common = np.linalg.svd(product, compute_uv=False).sum()
        apart = np.square(self.mean - other.mean).sum()
        # Of equals it may fall below 0 by rounding.
        return max(apart + self.variance + other.variance - 2 * common, 1e-12)
