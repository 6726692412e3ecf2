import numpy as np
import pytest

from tf_fingerprint import calibration
from tf_fingerprint import fingerprints
from tf_fingerprint.calibration.groups import Groups

from . import habits


@pytest.mark.parametrize("size", [1, 3])
def test_weighed_rates_are_those_of_a_loop(size):
    logits = habits.photograph_logits(60, strength=2.0)
    soft = calibration.SoftModel(np.ones(64), np.zeros(64), 10.0)
    groups = Groups((logits > 0).astype(np.uint8), logits, soft, size)
    bits = (logits.mean(axis=0) > 0).astype(np.uint8)

    for share in (0.0, 0.6, 0.8, 1.0):
        hits = 0
        for start in range(0, 60, size):
            mean = logits[start : start + size].mean(axis=0, dtype=np.float64)
            weights = fingerprints.bit_weights(mean)
            [score] = fingerprints.weighted_matches(mean > 0, weights, [bits])
            hits += score >= share * weights.sum()

        rate = groups.weighed_rate(bits, share)

        assert (rate.hits, rate.trials) == (hits, 60 // size)


def test_too_few_photographs_for_a_group_have_no_rate():
    logits = habits.photograph_logits(2)
    soft = calibration.SoftModel(np.ones(64), np.zeros(64), 10.0)
    groups = Groups((logits > 0).astype(np.uint8), logits, soft, 3)

    assert groups.weighed_rate(habits.fresh_bits(1)[0], 0.5) is None
    assert groups.soft_rate(habits.fresh_bits(1)[0], 0.5) is None
    assert groups.hard_rate(habits.fresh_bits(1)[0], 32) is None


def test_photographs_that_do_just_as_well_are_counted():
    """Of 64 bits that all count alike, the photograph n misses n."""
    fingerprint = habits.fresh_bits(1)[0]
    read = np.repeat(fingerprint[None], 20, axis=0)
    for number, bits in enumerate(read):
        bits[:number] ^= 1
    soft = calibration.SoftModel(np.ones(64), np.zeros(64), 10.0)
    groups = Groups(read, 2.0 * read - 1, soft, 1)

    for missed in (0, 7, 19):
        hits = missed + 1
        assert groups.hard_rate(fingerprint, 64 - missed).hits == hits
        assert groups.soft_rate(fingerprint, missed / 64).hits == hits
        assert groups.weighed_rate(fingerprint, 1 - missed / 64).hits == hits
