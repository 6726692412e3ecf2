import itertools

import numpy as np
import pytest
import scipy.stats

from tf_fingerprint import fingerprints
from tf_fingerprint.registry import distances


def digits_of(bits):
    return [fingerprints.to_hex(each) for each in bits]


def too_near_by_hand(issued, fresh, min_distance):
    """One by one, in plain Python."""
    kept, places = [list(each) for each in issued], []
    for place, bits in enumerate(fresh):
        if any(
            sum(one != other for one, other in zip(bits, each, strict=True))
            < min_distance
            for each in kept
        ):
            places.append(place)
        else:
            kept.append(list(bits))
    return places


@pytest.mark.parametrize("num_bits", [8, 13, 64, 100, 128, 200])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.45])
def test_what_is_too_near_is_what_a_loop_finds(num_bits, share):
    random = np.random.default_rng(num_bits)
    min_distance = round(share * num_bits)
    issued = random.integers(0, 2, (40, num_bits))
    # Some fresh ones are issued ones, a few bits aside.
    fresh = random.integers(0, 2, (30, num_bits))
    flips = random.random((15, num_bits)) < share
    fresh[:15] = issued[:15] ^ flips
    fresh[25:] = fresh[20:25]
    index = distances.Issued(num_bits)
    for start in range(0, 40, 7):
        index.add(digits_of(issued[start : start + 7]))

    places = index.too_near(digits_of(fresh), min_distance)

    assert places == too_near_by_hand(issued, fresh, min_distance)


def test_thousands_are_compared_in_parts(monkeypatch):
    random = np.random.default_rng(0)
    issued = random.integers(0, 2, (5000, 128))
    index = distances.Issued(128)
    index.add(digits_of(issued))
    fresh = issued[::500].copy()
    fresh[:, :3] ^= 1
    monkeypatch.setattr(distances, "_MAX_COMPARISONS", 1000)

    assert index.too_near(digits_of(fresh), 4) == list(range(10))
    assert index.too_near(digits_of(fresh), 3) == []


def test_without_any_issued_only_the_fresh_are_compared():
    index = distances.Issued(128)
    bits = fingerprints.random_bits(128)

    assert index.too_near(digits_of([bits, 1 - bits, bits]), 33) == [2]
    assert index.too_near([], 33) == []


@pytest.mark.parametrize("num_bits", [32, 64, 100, 128, 256, 512])
def test_the_default_refuses_a_hundred_millionth_of_fair_draws(num_bits):
    distance = distances.default_min_distance(num_bits)

    assert scipy.stats.binom.cdf(distance - 1, num_bits, 0.5) <= 1e-8
    assert scipy.stats.binom.cdf(distance, num_bits, 0.5) > 1e-8


@pytest.mark.parametrize("num_bits", range(8, 27))
def test_short_fingerprints_need_only_differ(num_bits):
    assert distances.default_min_distance(num_bits) == 1


def test_distances_grow_with_the_length():
    lengths = [distances.default_min_distance(n) for n in range(8, 513)]

    assert all(one <= two for one, two in itertools.pairwise(lengths))
