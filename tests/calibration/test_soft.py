import numpy as np
import pytest
import scipy.optimize

from tf_fingerprint import calibration

from . import habits


def test_the_fit_is_the_penalized_maximum_likelihood():
    bits = habits.fresh_bits(300)
    logits = habits.picture_logits(bits, noise=0.5)

    model = calibration.SoftModel.fit(logits, bits)

    size = np.sqrt(np.square(logits.astype(float)).mean())
    for place in (0, 20, 63):
        z, c = logits[:, place] / size, bits[:, place]

        def loss(parameters, z=z, c=c):
            scale, offset = parameters
            odds = scale * z + offset
            likelihood = np.logaddexp(0, odds) - c * odds
            return likelihood.sum() + ((scale - 1) ** 2 + offset**2) / 2

        best = scipy.optimize.minimize(loss, [1, 0], tol=1e-12).x
        assert model.scales[place] * size == pytest.approx(best[0], rel=1e-3)
        assert model.offsets[place] == pytest.approx(best[1], abs=1e-3)


def test_ratios_are_calibrated_on_new_pictures():
    bits = habits.fresh_bits(2000)
    model = calibration.SoftModel.fit(
        habits.picture_logits(bits, noise=0.5), bits
    )
    others = habits.fresh_bits(2000)

    ratios = model.log_likelihood_ratios(
        habits.picture_logits(others, 1, noise=0.5)
    )

    for low, high in ((-1.5, -0.5), (-0.5, 0.5), (0.5, 1.5), (2, 3)):
        chosen = (ratios > low) & (ratios < high)
        said = (1 / (1 + np.exp(-ratios[chosen]))).mean()
        assert others[chosen].mean() == pytest.approx(said, abs=0.03)


def test_bits_that_were_never_misread_are_not_trusted_without_limit():
    bits = habits.fresh_bits(100)

    model = calibration.SoftModel.fit(100 * (2.0 * bits - 1), bits)

    assert np.isfinite(model.scales).all()
    assert np.abs(model.log_likelihood_ratios(1e6)).max() <= np.log(102)


def test_different_counts_are_refused():
    with pytest.raises(ValueError, match="Received 3 and 2"):
        calibration.SoftModel.fit(np.zeros((3, 8)), np.zeros((2, 8)))
