"""How far generated pictures are from photographs.

With features of MobileNet, neither distance is the published FID or KID, whose
features are those of InceptionV3: compare only figures that were measured with
the same features and the same number of pictures.
"""

import numpy as np
import numpy.typing as npt


def frechet_distance(
    features: npt.ArrayLike, other_features: npt.ArrayLike
) -> float:
    """Frechet distance of two sets of pictures, taken as two Gaussians.

        |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))

    It falls with the number of pictures even where the two are alike: compare
    distances at equal numbers only.

    Args:
        features: `(images, num_features)`.
        other_features: `(other_images, num_features)`.

    Returns:
        At least 0. With 1,000 photographs on either side, at 64 x 64 and by
        `MobileNetFeatures`, about 185 even for photographs of the same kind.

    Raises:
        ValueError: If there are fewer than 2 pictures on either side, or the
            features differ in number.

    Reference:
        Heusel et al., 2017, Section 3 (https://arxiv.org/abs/1706.08500).
    """
    one, other = _checked(features, other_features, 2)
    shift = one.mean(axis=0) - other.mean(axis=0)
    covariance = np.atleast_2d(np.cov(one, rowvar=False))
    other_covariance = np.atleast_2d(np.cov(other, rowvar=False))
    # C1 C2 has the eigenvalues of R C2 R with R = C1^(1/2), which is symmetric.
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    product = np.linalg.eigvalsh(root @ other_covariance @ root)
    distance = (
        shift @ shift
        + np.trace(covariance)
        + np.trace(other_covariance)
        - 2 * np.sqrt(product.clip(0)).sum()
    )
    return max(0.0, float(distance))


def kernel_distance(
    features: npt.ArrayLike,
    other_features: npt.ArrayLike,
    *,
    subset_size: int = 1000,
    num_subsets: int = 100,
    seed: int = 0,
) -> tuple[float, float]:
    """Squared maximum mean discrepancy of two sets of pictures.

    With the kernel `(x . y / num_features + 1)^3`, by the unbiased estimator:
    the expectation doesn't depend on the number of pictures, and is 0 where
    both sides are drawn alike; single estimates may be negative.

    Args:
        features: `(images, num_features)`.
        other_features: `(other_images, num_features)`.
        subset_size: Pictures drawn from either side for one estimate, without
            repetition. 1,000 is customary.
        num_subsets: Number of estimates. 100 is customary.
        seed: Of the draws.

    Returns:
        Mean and standard deviation of the estimates. The latter says how much
        one estimate scatters, not how certain the mean is.

    Raises:
        ValueError: If either side has fewer than `subset_size` pictures, that
            is below 2, `num_subsets` below 1, or the features differ in
            number.

    Reference:
        Binkowski et al., 2018, Section 4 (https://arxiv.org/abs/1801.01401).
    """
    if subset_size < 2 or num_subsets < 1:
        raise ValueError(
            "`subset_size` must be at least 2 and `num_subsets` at least 1. "
            f"Received: subset_size={subset_size}, num_subsets={num_subsets}."
        )
    features, other_features = _checked(features, other_features, subset_size)
    generator = np.random.default_rng(seed)
    estimates = [
        _squared_discrepancy(
            generator.choice(features, subset_size, replace=False),
            generator.choice(other_features, subset_size, replace=False),
        )
        for _ in range(num_subsets)
    ]
    return float(np.mean(estimates)), float(np.std(estimates))


def _squared_discrepancy(features, other_features):
    """The unbiased estimate from equally many pictures on both sides."""
    size = len(features)

    def kernel(left, right):
        return (left @ right.T / left.shape[1] + 1) ** 3

    within = 0.0
    for side in (features, other_features):
        values = kernel(side, side)
        within += (values.sum() - np.trace(values)) / (size * (size - 1))
    return within - 2 * kernel(features, other_features).mean()


def _checked(features, other_features, fewest):
    """Both as `float64`; raises unless they are comparable and enough."""
    sides = [np.asarray(f, "float64") for f in (features, other_features)]
    axes, counts, lengths = (
        [side.ndim for side in sides],
        [len(side) for side in sides],
        [side.shape[-1] for side in sides],
    )
    if axes != [2, 2] or lengths[0] != lengths[1]:
        raise ValueError(
            "Features must be two arrays of pictures x features, with equally "
            f"many features. Received {lengths[0]} and {lengths[1]} features, "
            f"{axes[0]} and {axes[1]} axes."
        )
    if min(counts) < fewest:
        raise ValueError(
            f"At least {fewest} pictures are needed on either side. Received "
            f"{counts[0]} and {counts[1]}."
        )
    return sides
