"""How much a fingerprint changes what a picture shows."""

import math

import numpy as np
import numpy.typing as npt


def fingerprint_variance_share(images: npt.ArrayLike) -> float:
    """Share of the pictures' variance that the fingerprint accounts for.

    The mean over latents of the variance between fingerprints, over the
    variance of all pictures. Everything else is the latents' doing, so noise
    must be the same for all fingerprints of one latent.

    Args:
        images: `(latents, fingerprints, height, width, channels)`, any range:
            each latent with each fingerprint.

    Returns:
        From 0, where fingerprints change nothing, to 1, where latents change
        nothing.

    Raises:
        ValueError: If there are fewer than 2 latents or fingerprints, or all
            pictures are the same.
    """
    grid = _checked(images)
    total = grid.var(axis=(0, 1)).mean()
    if total == 0:
        raise ValueError(
            "`images` must differ from each other. All are the same."
        )
    return float(grid.var(axis=1).mean() / total)


def fingerprint_psnr(images: npt.ArrayLike) -> float:
    """Peak signal-to-noise ratio of two fingerprints of one latent.

        10 log10(255^2 / mean squared difference)

    The mean is over all latents and all pairs of fingerprints.

    Args:
        images: `(latents, fingerprints, height, width, channels)`, 0 to 255:
            each latent with each fingerprint, noise alike along a row.

    Returns:
        In decibels. Above about 40 people see no difference; infinite where
        there is none.

    Raises:
        ValueError: If there are fewer than 2 latents or fingerprints.
    """
    # Two draws differ, squared, by twice the variance.
    mean_squared = 2 * _checked(images).var(axis=1, ddof=1).mean()
    if mean_squared == 0:
        return math.inf
    return float(10 * np.log10(255**2 / mean_squared))


def _checked(images):
    """The pictures as `float64`; raises unless they are such a grid."""
    images = np.asarray(images, "float64")
    if images.ndim != 5 or min(images.shape[:2]) < 2:
        raise ValueError(
            "`images` must be a grid of at least 2 latents x 2 fingerprints, "
            "with five axes. Received "
            f"{' x '.join(map(str, images.shape)) or 'one number'}."
        )
    return images
