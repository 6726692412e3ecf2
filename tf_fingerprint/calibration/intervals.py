"""How sure a measured rate is."""

import scipy.special


def rate_interval(
    hits: int, trials: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Clopper and Pearson's exact interval of a rate.

    It covers the true rate at least as often as it says, for any number of
    trials and any rate, if the trials are independent. After no hit at all
    its upper end is about `3.7 / trials`: what cannot be ruled out.

    Args:
        hits: Trials in which it happened.
        trials: Number of independent trials.
        confidence: Probability that the interval covers the true rate.

    Returns:
        Lower and upper end.

    Raises:
        ValueError: If `hits` is outside `[0, trials]`, there is no trial, or
            `confidence` is outside (0, 1).

    Example:

    >>> low, high = rate_interval(hits=0, trials=2000)
    >>> print(f"{low} to {high:.5f}")
    0.0 to 0.00184

    Reference:
        Clopper and Pearson, 1934 (https://doi.org/10.2307/2331986).
    """
    if not (trials > 0 and 0 <= hits <= trials):
        raise ValueError(
            "`hits` must lie between 0 and `trials`, which must be above 0. "
            f"Received: hits={hits}, trials={trials}."
        )
    if not 0 < confidence < 1:
        raise ValueError(
            "`confidence` must lie between 0 and 1, exclusively. Received "
            f"{confidence}."
        )
    outside = (1 - confidence) / 2
    low, high = 0.0, 1.0
    if hits > 0:
        low = scipy.special.betaincinv(hits, trials - hits + 1, outside)
    if hits < trials:
        high = scipy.special.betaincinv(hits + 1, trials - hits, 1 - outside)
    return float(low), float(high)
