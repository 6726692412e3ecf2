"""How good single pictures are, and how much of the photographs they cover."""

import numpy as np
import numpy.typing as npt

# As in the reference.
NEIGHBOURS = 3

_ROWS = 1024


def inside(
    features: npt.ArrayLike,
    manifold: npt.ArrayLike,
    *,
    neighbours: int = NEIGHBOURS,
) -> npt.NDArray[np.bool_]:
    """Which pictures lie where others of a set might lie too.

    The set's manifold is made of balls, one about each of its pictures, that
    reach to its third nearest neighbour. The share of generated pictures
    within the photographs' manifold is the precision; the share of photographs
    within the generated pictures' is the recall.

    `features`: `(images, num_features)`; `manifold`: `(others, num_features)`,
    of the set; `neighbours`: which neighbour a ball reaches to. Returns
    `(images,)`.

    Reference:
        Kynkaanniemi et al., 2019, Section 2 (https://arxiv.org/abs/1904.06991).
    """
    features = np.asarray(features, "float64")
    manifold = np.asarray(manifold, "float64")
    if features.ndim != 2 or features.shape[1:] != manifold.shape[1:]:
        raise ValueError(
            "Features must be two arrays of pictures x features, with equally "
            f"many features. Received {features.shape[1:]} and "
            f"{manifold.shape[1:]}."
        )
    if len(manifold) <= neighbours:
        raise ValueError(
            f"A manifold must have more than {neighbours} pictures. Received "
            f"{len(manifold)}."
        )
    radii = np.concatenate(
        [
            # The nearest is the picture itself.
            np.partition(distances, neighbours, axis=1)[:, neighbours]
            for distances in _distances(manifold, manifold)
        ]
    )
    return np.concatenate(
        [
            (distances <= radii).any(axis=1)
            for distances in _distances(features, manifold)
        ]
    )


def _distances(left, right):
    """Squared distances, a few rows at a time."""
    lengths = (right**2).sum(axis=1)
    for start in range(0, len(left), _ROWS):
        part = left[start : start + _ROWS]
        squared = (part**2).sum(axis=1)[:, None] + lengths
        yield (squared - 2 * part @ right.T).clip(0)
