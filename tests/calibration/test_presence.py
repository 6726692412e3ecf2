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


def test_a_small_source_counts_as_much_as_a_large_one():
    """Else a few photographs of another kind all carry some fingerprint."""
    large = bits_of(habits.photograph_logits(3000, strength=2.0))
    small = 1 - bits_of(habits.photograph_logits(200, 1, strength=2.0))
    both = np.concatenate([large, small])

    blind = presence.PresenceTest.fit(both, [("all", 3200)], 1e-3)
    fair = presence.PresenceTest.fit(
        both, [("large", 3000), ("small", 200)], 1e-3
    )

    new = 1 - bits_of(habits.photograph_logits(500, 2, strength=2.0))
    assert (fair.scores(new) > fair.threshold).mean() < 0.05
    assert (blind.scores(new) > blind.threshold).mean() > 0.2
    assert fair.tested["small"].trials == 100
