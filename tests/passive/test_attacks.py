import numpy as np
import pytest
import scipy.stats

from tf_fingerprint import data
from tf_fingerprint.passive import attacks

IMAGES = data.procedural_images(64, resolution=32)


def draws(count=64, seed=0):
    rng = np.random.default_rng(seed)
    uniforms = rng.random((count, attacks.NUM_UNIFORMS)).astype("float32")
    return uniforms, rng.normal(size=(count, 32, 32, 3)).astype("float32")


def changed(name, **options):
    attack = attacks.Attack(name, **options)
    outputs = attack.apply(data.to_unit(IMAGES), *draws())
    return np.array(outputs) * 127.5 + 127.5


def difference(images):
    return np.abs(images - IMAGES.astype("float64")).mean(axis=(1, 2, 3))


@pytest.mark.parametrize("name", attacks.NAMES)
def test_training_and_measuring_do_the_same_to_pictures(name):
    trained = difference(changed(name))
    measured = difference(attacks.attacked(IMAGES, name, seed=1))

    # Other draws of the same distribution.
    assert scipy.stats.ks_2samp(trained, measured).pvalue > 0.01
    assert trained.mean() > 0.5


def test_noise_has_the_variance_that_it_says():
    flat = np.full((64, 32, 32, 3), 127, np.uint8)

    found = attacks.attacked(flat, "noise", seed=0).astype("float64")

    variances = (found - 127).var(axis=(1, 2, 3))
    assert 4.5 < variances.min() < 7 < 17 < variances.max() < 22


@pytest.mark.parametrize(
    ("part", "lowest", "highest"),
    [
        ("blur", 1 / 64, 9 / 64),
        ("random_crop", 0.95, 0.8),
        ("jpeg", 10, 75),
        ("noise", 5**0.5 / 255, 20**0.5 / 255),
        ("brightness", 0.6, 1.6),
    ],
)
def test_strengths_are_the_papers(part, lowest, highest):
    ends = [float(attacks.strength(part, u, 64)) for u in (0.0, 1 - 1e-7)]

    np.testing.assert_allclose(ends, [lowest, highest], rtol=1e-5)


def test_each_part_of_the_combination_happens_to_half_of_the_pictures():
    apart = difference(changed("combined"))

    # One in thirty-two meets nothing at all.
    assert 0 <= (apart < 1e-3).sum() <= 8
    assert len(np.unique(apart.round(6))) > 55


def test_some_pictures_stay_clean_and_none_is_an_attack_too():
    share = (difference(changed("noise", clean_share=0.5)) < 1e-3).mean()

    assert 0.3 < share < 0.7
    assert difference(changed("none")).max() < 1e-3
    assert (attacks.attacked(IMAGES, "none", seed=0) == IMAGES).all()


def test_unknown_attacks_are_refused():
    with pytest.raises(ValueError, match="`name` must be one of"):
        attacks.Attack("fire")
