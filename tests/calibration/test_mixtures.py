import math

import numpy as np
import pytest
import scipy.stats

from tf_fingerprint.calibration import mixtures

from . import habits


def test_the_odds_are_those_of_the_common_bits_of_any_pair():
    bits = habits.fresh_bits(1).repeat(2, axis=0)
    bits[1, :32] ^= 1
    read = bits[0].copy()
    read[30:34] ^= 1  # Two bits in common, and two that are not.

    found = mixtures.best(read, habits.make_records(bits), 1000)

    assert (found.num_common, found.num_matches) == (32, 30)
    rate = scipy.stats.binom.sf(29, 32, 0.5)
    expected = math.log10(rate * 1000 * 999 / 2)
    assert found.log10_p_corrected == pytest.approx(expected)


def test_images_from_elsewhere_are_mixtures_as_seldom_as_promised():
    random = np.random.default_rng(0)
    found = [
        mixtures.best(
            random.integers(0, 2, 64).astype(np.uint8),
            habits.make_records(random.integers(0, 2, (8, 64))),
            8,
        ).log10_p_corrected
        for _ in range(300)
    ]

    low = sum(each <= math.log10(0.2) for each in found)
    assert 3 <= low <= 60 + 4 * math.sqrt(48)


def test_one_suspect_or_opposites_are_no_mixture():
    bits = habits.fresh_bits(1)

    assert mixtures.best(bits[0], habits.make_records(bits), 1) is None
    opposites = habits.make_records([bits[0], 1 - bits[0]])
    assert mixtures.best(bits[0], opposites, 2) is None
