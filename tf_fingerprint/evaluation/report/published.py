"""Others' bit accuracies against strength, read off their plots.

Pictures of CelebA at 128 x 128. Sizes in pixels are divided by 128. On which
scale the standard deviation of noise is plotted the papers don't say; taken
here as that of pixels in [-1, 1], and halved to a share of the range.

Reference:
    Yu et al., 2022 (https://arxiv.org/abs/2012.08726): 128 bits in the
    generator; "immunised" were trained with the perturbation.
    Yu et al., 2021 (https://arxiv.org/abs/2007.08457): 100 bits in the
    training pictures of ProGAN, read in what it makes, and in those pictures
    themselves; never immunised.
"""

Points = tuple[tuple[float, float], ...]

SCALABLE = "Yu et al., 2022"
IMMUNISED = "Yu et al., 2022, immunised"
ARTIFICIAL = "Yu et al., 2021"
TRAINING_PICTURES = "Yu et al., 2021, training pictures"

_CROPS = (128, 114.7, 101.3, 88, 74.7, 61.3, 48, 34.7, 21.3, 8)
_BLURS = (0, 5, 10, 15, 20, 25, 30, 35, 40, 45)
_QUALITIES = (100, 90, 80, 70, 60, 50, 40, 30, 20, 10)
_NOISES = (0, 0.056, 0.111, 0.167, 0.222, 0.278, 0.333, 0.389, 0.444, 0.5)
_LEVELS = tuple(range(1, 11))
_CROPS_2021 = (128, 120.9, 113.8, 106.7, 99.6, 92.4, 85.3, 78.2, 71.1, 64)
_BLURS_2021 = (0, 1.67, 3.33, 5, 6.67, 8.33, 10, 11.67, 13.33, 15)

# Perturbation, whose, strengths as plotted, what they are divided by, values.
_READ_OFF = (
    (
        *("crop", SCALABLE, _CROPS, 128),
        (1, 0.694, 0.579, 0.51, 0.5, 0.501, 0.5, 0.5, 0.5, 0.5),
    ),
    (
        *("crop", IMMUNISED, _CROPS, 128),
        (1, 0.99, 0.983, 0.969, 0.879, 0.749, 0.606, 0.539, 0.5, 0.5),
    ),
    (
        *("crop", ARTIFICIAL, _CROPS_2021, 128),
        (0.95, 0.93, 0.87, 0.82, 0.74, 0.7, 0.69, 0.65, 0.54, 0.48),
    ),
    (
        *("crop", TRAINING_PICTURES, _CROPS_2021, 128),
        (1, 1, 0.96, 0.9, 0.81, 0.75, 0.72, 0.66, 0.54, 0.48),
    ),
    (
        *("blur", SCALABLE, _BLURS, 128),
        (1, 0.99, 0.813, 0.719, 0.65, 0.596, 0.564, 0.52, 0.504, 0.5),
    ),
    (
        *("blur", IMMUNISED, _BLURS, 128),
        (0.961, 0.959, 0.82, 0.731, 0.65, 0.596, 0.56, 0.52, 0.504, 0.5),
    ),
    (
        *("blur", ARTIFICIAL, _BLURS_2021, 128),
        (0.95, 0.93, 0.88, 0.79, 0.7, 0.62, 0.56, 0.53, 0.51, 0.51),
    ),
    (
        *("blur", TRAINING_PICTURES, _BLURS_2021, 128),
        (1, 1, 0.98, 0.86, 0.73, 0.63, 0.56, 0.53, 0.51, 0.51),
    ),
    (
        *("jpeg", SCALABLE, _QUALITIES, 1),
        (1, 0.85, 0.79, 0.729, 0.7, 0.69, 0.64, 0.619, 0.589, 0.529),
    ),
    (
        *("jpeg", IMMUNISED, _QUALITIES, 1),
        (1, 0.9, 0.82, 0.794, 0.729, 0.704, 0.644, 0.619, 0.589, 0.529),
    ),
    (
        *("jpeg", ARTIFICIAL, _QUALITIES, 1),
        (0.95, 0.9, 0.85, 0.82, 0.79, 0.76, 0.72, 0.69, 0.64, 0.57),
    ),
    (
        *("jpeg", TRAINING_PICTURES, _QUALITIES, 1),
        (1, 0.99, 0.95, 0.89, 0.85, 0.81, 0.77, 0.71, 0.65, 0.57),
    ),
    (
        *("noise", SCALABLE, _NOISES, 2),
        (1, 0.579, 0.52, 0.5, 0.504, 0.5, 0.5, 0.5, 0.5, 0.5),
    ),
    (
        *("noise", IMMUNISED, _NOISES, 2),
        (1, 0.993, 0.979, 0.944, 0.897, 0.86, 0.8, 0.769, 0.719, 0.7),
    ),
    (
        *("noise", ARTIFICIAL, _NOISES, 2),
        (0.95, 0.85, 0.74, 0.67, 0.64, 0.61, 0.6, 0.58, 0.57, 0.56),
    ),
    (
        *("noise", TRAINING_PICTURES, _NOISES, 2),
        (1, 0.93, 0.78, 0.7, 0.65, 0.62, 0.61, 0.59, 0.58, 0.57),
    ),
    (
        *("combined", SCALABLE, _LEVELS, 1),
        (0.994, 0.515, 0.504, 0.503, 0.498, 0.492, 0.501, 0.498, 0.498, 0.504),
    ),
    (
        *("combined", IMMUNISED, _LEVELS, 1),
        (0.999, 0.999, 0.972, 0.894, 0.75, 0.65, 0.565, 0.524, 0.51, 0.502),
    ),
)


def curves(name: str) -> dict[str, Points]:
    """What was published of one perturbation.

    Returns by whose they are, pairs of a strength, in that perturbation's unit,
    and a bit accuracy. Empty if nothing was published.
    """
    return {
        whose: tuple(
            (strength / divisor, accuracy)
            for strength, accuracy in zip(strengths, values, strict=True)
        )
        for kind, whose, strengths, divisor, values in _READ_OFF
        if kind == name
    }
