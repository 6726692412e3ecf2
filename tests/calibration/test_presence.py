import numpy as np

from tf_fingerprint.calibration import presence

from . import habits


def bits_of(logits):
    return (logits > 0).astype(np.uint8)


def test_new_photographs_pass_as_seldom_as_the_others_did():
    made = habits.make_calibration(6000)

    scores = made.presence.scores(
        bits_of(habits.photograph_logits(6000, seed=5))
    )

    share = (scores > made.presence.threshold).mean()
    assert made.presence.tested["photographs.zip"].rate <= 1e-3
    assert share < made.presence.tested["photographs.zip"].high + 0.002


def test_fresh_fingerprints_are_told_from_habits():
    made = habits.make_calibration(2000, strength=2.0)
    bits = habits.fresh_bits(500)

    scores = made.presence.scores(bits_of(habits.picture_logits(bits)))

    assert (scores > made.presence.threshold).mean() > 0.95


def test_the_test_is_on_photographs_that_were_not_fitted_on():
    made = habits.make_calibration(2000)

    assert made.presence.tested["photographs.zip"].trials == 1000
    fitted = made.decoded_bits[np.arange(2000) // 100 % 2 == 0]
    centre = (2.0 * fitted - 1).mean(axis=0)
    np.testing.assert_allclose(made.presence.center, centre)
    others = made.decoded_bits[np.arange(2000) // 100 % 2 == 1]
    second = np.sort(made.presence.scores(others))[-2]
    np.testing.assert_allclose(made.presence.threshold, second)


def test_a_small_source_counts_as_much_as_a_large_one():
    large = bits_of(habits.photograph_logits(3000, strength=2.0))
    small = 1 - bits_of(habits.photograph_logits(200, 1, strength=2.0))
    new = 1 - bits_of(habits.photograph_logits(500, 2, strength=2.0))

    both = presence.PresenceTest.fit(
        np.concatenate([large, small]),
        [("large", 3000), ("small", 200)],
        1e-3,
    )
    alone = presence.PresenceTest.fit(large, [("large", 3000)], 1e-3)

    halves = [
        2.0 * part[np.arange(len(part)) // (len(part) // 20) % 2 == 0] - 1
        for part in (large, small)
    ]
    centre = (halves[0].mean(axis=0) + halves[1].mean(axis=0)) / 2
    np.testing.assert_allclose(both.center, centre)
    assert both.tested["small"].trials == 100
    assert (both.scores(new) > both.threshold).mean() < 0.05
    assert (alone.scores(new) > alone.threshold).mean() > 0.9
