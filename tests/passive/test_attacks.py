import keras
import numpy as np
import pytest
from keras import ops

from tf_fingerprint import data
from tf_fingerprint.backends import autodiff
from tf_fingerprint.evaluation.attacks import perturbing
from tf_fingerprint.passive import attacks

COUNT, SIDE = 24, 32


@pytest.fixture(scope="module")
def images():
    return data.procedural_images(COUNT, resolution=SIDE)


def uniforms(**columns):
    """Draws, chosen where it is said."""
    drawn = np.random.default_rng(3).random((COUNT, attacks.NUM_UNIFORMS))
    for column, value in columns.items():
        drawn[:, int(column.removeprefix("at_"))] = value
    return drawn


def batch(images, name, drawn, normals, **options):
    attack = attacks.Attack(name, **options)
    changed = attack.apply(
        data.to_unit(images),
        ops.convert_to_tensor(drawn, "float32"),
        normals,
    )
    return data.to_pixels(ops.convert_to_numpy(changed))


class Noise:
    """Draws what it is told to."""

    def __init__(self, normals):
        self.left = list(normals)

    def standard_normal(self, shape, dtype):
        return self.left.pop(0)


@pytest.mark.parametrize("name", attacks.NAMES)
def test_files_and_batches_are_attacked_alike(images, name):
    normals = np.random.default_rng(1).standard_normal(images.shape, "float32")
    # All of `combined` but noise, whose turn a picture may not get.
    drawn = uniforms()
    noisy = np.arange(COUNT)
    if name == "combined":
        noisy = np.flatnonzero(drawn[:, 9 + 4] < 0.5)

    real = attacks.with_draws(images, name, drawn, Noise(normals[noisy]))
    learned = batch(images, name, drawn, normals)

    difference = np.abs(real.astype("float") - learned)
    assert difference.mean() < (2.0 if name == "combined" else 1.0)
    assert np.abs(real.astype("float") - images).mean() > 1


@pytest.mark.parametrize(
    ("name", "column", "value", "kind", "strength"),
    [
        ("blur", 3, 0.99, "blur", 9 / SIDE),
        ("jpeg", 4, 0.0, "jpeg", 10),
        ("jpeg", 4, 0.999, "jpeg", 75),
    ],
)
def test_the_ends_of_the_ranges_are_the_papers(
    images, name, column, value, kind, strength
):
    drawn = uniforms(**{f"at_{column}": value})

    attacked = attacks.with_draws(images, name, drawn, None)

    known = perturbing.PERTURBATIONS[kind].apply(
        images, strength, np.random.default_rng(0)
    )
    np.testing.assert_array_equal(attacked, known)


def test_the_mildest_blur_changes_nothing(images):
    drawn = uniforms(at_3=0.19)

    np.testing.assert_array_equal(
        attacks.with_draws(images, "blur", drawn, None), images
    )


@pytest.mark.parametrize(("drawn", "variance"), [(0.0, 5), (1.0, 20)])
def test_noise_has_the_papers_variance(drawn, variance):
    grey = np.full((COUNT, SIDE, SIDE, 3), 128, "uint8")

    noisy = attacks.with_draws(
        grey, "noise", uniforms(at_5=drawn), np.random.default_rng(0)
    )

    # Rounding to whole levels adds a twelfth.
    assert noisy.astype("float").var() == pytest.approx(
        variance + 1 / 12, rel=0.02
    )


def test_a_crop_keeps_the_middle_of_what_is_drawn():
    ramp = np.linspace(0, 255, SIDE).astype("uint8")
    images = np.tile(ramp[None, None, :, None], (COUNT, SIDE, 1, 3))

    cut = attacks.with_draws(images, "crop", uniforms(at_2=1.0, at_7=0.0), None)

    # A fifth is cut off, all of it on the right.
    assert np.ptp(cut[0, 0, :, 0].astype(int)) == pytest.approx(
        0.8 * 255, abs=8
    )
    assert cut[0, 0, 0, 0] <= 4


def test_combined_does_each_to_half_of_the_pictures(images):
    never = uniforms(**{f"at_{9 + place}": 0.9 for place in range(5)})
    only_noise = never.copy()
    only_noise[:, 13] = 0.1

    np.testing.assert_array_equal(
        attacks.with_draws(images, "combined", never, None), images
    )
    np.testing.assert_array_equal(
        attacks.with_draws(
            images, "combined", only_noise, np.random.default_rng(0)
        ),
        attacks.with_draws(
            images, "noise", only_noise, np.random.default_rng(0)
        ),
    )


def test_the_same_seed_attacks_in_the_same_way(images):
    first, again, other = (
        attacks.attacked(images, "combined", seed=seed) for seed in (0, 0, 1)
    )

    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_share_of_a_batch_stays_clean(images):
    drawn = uniforms()
    drawn[:, 14] = (np.arange(COUNT) + 0.5) / COUNT
    normals = np.random.default_rng(1).standard_normal(images.shape, "float32")

    changed = batch(images, "noise", drawn, normals, clean_share=0.25)

    is_clean = (changed == images).all((1, 2, 3))
    np.testing.assert_array_equal(is_clean, np.arange(COUNT) < COUNT / 4)


def test_no_attack_changes_nothing(images):
    np.testing.assert_array_equal(
        attacks.attacked(images, "none", seed=0), images
    )
    np.testing.assert_array_equal(
        batch(images, "none", uniforms(), None), images
    )


def test_gradients_pass_through_every_attack(images):
    unit = keras.Variable(data.to_unit(images[:4]))
    drawn = ops.convert_to_tensor(
        np.full((4, attacks.NUM_UNIFORMS), 0.4), "float32"
    )
    weights = np.random.default_rng(0).standard_normal(unit.shape, "float32")

    def compute():
        changed = attacks.Attack("combined").apply(
            unit, drawn, np.zeros(unit.shape, "float32")
        )
        return ops.sum(changed * weights), ()

    _, [slopes] = autodiff.value_and_gradients(compute, [unit])

    assert np.abs(ops.convert_to_numpy(slopes)).mean() > 0.01


def test_what_is_no_attack_is_named(images):
    with pytest.raises(ValueError, match="none, relight, crop, .* 'rain'"):
        attacks.attacked(images, "rain", seed=0)
    with pytest.raises(ValueError, match="must be one of none, .* 'rain'"):
        attacks.Attack("rain")
    with pytest.raises(ValueError, match="must be uint8 with four axes"):
        attacks.attacked(images / 255, "blur", seed=0)
