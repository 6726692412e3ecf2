import itertools
import math

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from tf_fingerprint import fingerprints
from tf_fingerprint.fingerprints import codes

small_weights = st.lists(st.integers(0, 9), min_size=1, max_size=9)


def drawn(count, num_bits=128, seed=0):
    shape = (count, num_bits)
    return np.random.default_rng(seed).integers(0, 2, shape, dtype=np.uint8)


def averaged(colluders, noise=0.1, seed=1):
    """Logits as averaged copies leave them: the mean of what each would."""
    means = (2.0 * colluders - 1).mean(axis=0)
    return means + np.random.default_rng(seed).normal(0, noise, len(means))


@hypothesis.given(small_weights)
def test_the_tail_is_that_of_all_draws(weights):
    sums = [
        sum(itertools.compress(weights, kept))
        for kept in itertools.product((0, 1), repeat=len(weights))
    ]

    tail = fingerprints.weighted_tail(weights)

    assert tail.tolist() == [
        sum(each >= score for each in sums) / len(sums)
        for score in range(sum(weights) + 2)
    ]


@pytest.mark.parametrize("num_bits", [8, 128, 512])
def test_with_equal_weights_the_tail_is_the_binomial_one(num_bits):
    tail = fingerprints.weighted_tail([1] * num_bits)

    for num_matches in range(num_bits + 1):
        assert tail[num_matches] == pytest.approx(
            fingerprints.false_positive_rate(num_matches, num_bits), rel=1e-12
        )


@pytest.mark.parametrize("weights", [[1, -1], [0.5], [[1, 2]]])
def test_what_can_not_be_weights_is_refused(weights):
    with pytest.raises(ValueError, match="whole numbers from 0 on"):
        fingerprints.weighted_tail(weights)


@hypothesis.given(small_weights, st.data())
def test_scores_are_those_of_a_slow_loop(weights, data):
    bits = st.lists(
        st.integers(0, 1), min_size=len(weights), max_size=len(weights)
    )
    decoded = data.draw(bits)
    candidates = data.draw(st.lists(bits, min_size=1, max_size=5))

    scores = fingerprints.weighted_matches(decoded, weights, candidates)

    assert scores.tolist() == [
        sum(
            weight
            for weight, read, issued in zip(
                weights, decoded, candidate, strict=True
            )
            if read == issued
        )
        for candidate in candidates
    ]


def test_many_candidates_are_scored_like_each_alone(monkeypatch):
    monkeypatch.setattr(codes, "_PART", 7)
    candidates, weights = drawn(50), np.arange(128) % 32

    scores = fingerprints.weighted_matches(candidates[3], weights, candidates)

    assert scores[3] == weights.sum()
    for candidate, score in zip(candidates, scores, strict=True):
        [alone] = fingerprints.weighted_matches(
            candidates[3], weights, candidate[None]
        )
        assert alone == score


def test_other_lengths_are_refused():
    with pytest.raises(ValueError, match="as many columns"):
        fingerprints.weighted_matches([1, 0], [1, 1], [[1, 0, 1]])


def test_weights_grow_with_the_logits_up_to_a_limit():
    weights = fingerprints.bit_weights(np.linspace(-8, 8, 161))

    sizes = np.abs(np.linspace(-8, 8, 161))
    order = np.argsort(sizes)
    assert (np.diff(weights[order]) >= 0).all()
    assert weights.max() == codes.MAX_WEIGHT
    assert weights[80] == 0
    assert (weights == codes.MAX_WEIGHT).mean() < 0.1


def test_one_outlier_does_not_silence_the_others():
    logits = np.ones(128)
    logits[7] = 1e9

    weights = fingerprints.bit_weights(logits)

    assert weights.tolist() == [codes.MAX_WEIGHT] * 128


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_weights_do_not_depend_on_the_unit(scale):
    logits = np.random.default_rng(0).normal(size=128)

    np.testing.assert_array_equal(
        fingerprints.bit_weights(scale * logits),
        fingerprints.bit_weights(logits),
    )


@pytest.mark.parametrize("logits", [[], [math.nan], [math.inf, 1], 1.0, [[]]])
def test_what_can_not_be_logits_is_refused(logits):
    with pytest.raises(ValueError, match="must be finite numbers"):
        fingerprints.bit_weights(logits)


def test_many_pictures_are_weighed_each_by_itself():
    logits = np.random.default_rng(0).normal(size=(2, 3, 128))
    logits[0, 0] = 0
    logits[0, 1, 1:] = 0  # Nothing but one bit.

    weights = fingerprints.bit_weights(logits)

    assert weights[0, 0].tolist() == [0] * 128
    assert weights[0, 1].tolist() == [codes.MAX_WEIGHT] + [0] * 127
    for index in np.ndindex(2, 3):
        alone = fingerprints.bit_weights(logits[index])
        np.testing.assert_array_equal(weights[index], alone)


def test_a_single_copy_is_named_alone():
    candidates = drawn(1000)

    accusation = fingerprints.accuse(averaged(candidates[5:6]), candidates)

    assert accusation.places == (5,)
    assert accusation.num_candidates == 1000
    assert accusation.rates[0] < 1e-30


def test_two_who_average_are_both_named_where_plain_matches_name_nobody():
    candidates = drawn(10_000)
    logits = averaged(candidates[:2])

    accusation = fingerprints.accuse(logits, candidates)

    assert set(accusation.places) == {0, 1}
    assert accusation.scores == tuple(sorted(accusation.scores, reverse=True))
    assert min(accusation.scores) >= accusation.threshold
    matches = ((logits > 0) == candidates).sum(axis=1)
    assert matches.max() < fingerprints.match_threshold(128, 1e-6, 10_000)


@pytest.mark.parametrize("kind", ["equal", "spread", "few"])
def test_innocents_are_named_as_seldom_as_promised(kind):
    """Whatever the picture: here 1 in 20 pictures may name anybody."""
    random = np.random.default_rng(0)
    logits = {
        "equal": np.where(drawn(1, 32)[0], 1.0, -1.0),
        "spread": random.normal(size=32),
        "few": np.where(np.arange(32) < 12, 5.0, 0.1),
    }[kind]

    named = [
        bool(
            fingerprints.accuse(
                logits, drawn(50, 32, seed), max_false_positive_rate=0.05
            ).places
        )
        for seed in range(2000)
    ]

    # Three standard deviations above what is promised.
    assert np.mean(named) < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 2000)


def test_the_best_of_many_are_accused_as_among_all():
    candidates = drawn(1000)
    logits = averaged(candidates[:3])

    among_all = fingerprints.accuse(logits, candidates)
    of_the_best = fingerprints.accuse(
        logits, candidates[:5], num_candidates=1000
    )

    assert of_the_best == among_all
    assert 0 < len(among_all.places) <= 3
    with pytest.raises(ValueError, match="at least .* 5. Received 4"):
        fingerprints.accuse(logits, candidates[:5], num_candidates=4)


def test_the_threshold_is_the_lowest_score_that_is_enough():
    candidates = drawn(100, 32)
    logits = averaged(candidates[:1])

    accusation = fingerprints.accuse(
        logits, candidates, max_false_positive_rate=1e-3
    )

    tail = fingerprints.weighted_tail(fingerprints.bit_weights(logits))
    assert 100 * tail[accusation.threshold] <= 1e-3
    assert 100 * tail[accusation.threshold - 1] > 1e-3


def test_whoever_reaches_the_threshold_is_named():
    logits = np.array([1, -2, 4, 8, -16, 31, 31, 31.0])  # All sums occur.
    tail = fingerprints.weighted_tail(fingerprints.bit_weights(logits))
    named = []
    for bits in itertools.product((0, 1), repeat=8):
        accusation = fingerprints.accuse(
            logits, [bits], max_false_positive_rate=0.1
        )
        named += accusation.scores

    assert min(named) == accusation.threshold
    assert len(named) == 256 * tail[accusation.threshold]


def test_where_no_score_is_enough_nobody_is_named():
    candidates = drawn(2, 8)

    accusation = fingerprints.accuse(averaged(candidates[:1]), candidates)

    assert accusation.places == ()
    assert accusation.threshold > accusation.highest_score


def test_logits_of_nothing_name_nobody():
    accusation = fingerprints.accuse(np.zeros(128), drawn(10))

    assert accusation.places == ()


def test_among_nobody_nobody_is_named():
    accusation = fingerprints.accuse(np.ones(128), np.zeros((0, 128)))

    assert accusation.places == ()


@pytest.mark.parametrize("rate", [0, -1, 1.5])
def test_a_rate_that_is_none_is_refused(rate):
    with pytest.raises(ValueError, match="above 0 and not above 1"):
        fingerprints.accuse(
            np.ones(8), drawn(1, 8), max_false_positive_rate=rate
        )
