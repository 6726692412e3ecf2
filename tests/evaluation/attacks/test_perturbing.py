import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint.data import picture_changes
from tf_fingerprint.evaluation.attacks import perturbing
from tf_fingerprint.layers import perturbations

SIDE, COUNT = 64, 8

# How far, in grey levels, the layers' pictures may be from the files', on
# average; rounding to whole levels alone is a quarter.
TOLERANCES = {
    "crop": 0.4,
    "random_crop": 0.4,
    "resize": 0.6,
    "blur": 0.3,
    "noise": 0.3,
    "jpeg": 1.0,
    "flip": 0,
    "brightness": 0.6,
    "contrast": 0.6,
    "erasing": 0,
    # Along the black corners, where Pillow does not smooth.
    "rotation": 2.5,
    "shift": 0.3,
    "border": 0.5,
    "saturation": 0.6,
    "grayscale": 0.6,
    "combined": 2.0,
}
# Those that are within two levels in every single pixel.
NOWHERE_FAR = ("crop", "random_crop", "resize", "blur", "erasing")
STRENGTHS = {
    "crop": (0.9, 0.7),
    "random_crop": (0.9, 0.7),
    "resize": (0.75, 0.3),
    "blur": (0.08, 0.2),
    "noise": (0.02, 0.1),
    "jpeg": (90, 50),
    "flip": (1,),
    "brightness": (0.7, 1.5),
    "contrast": (0.7, 1.5),
    "erasing": (0.1, 0.4),
    "rotation": (5, 15),
    "shift": (2, 4),
    "border": (0.1, 0.2),
    "saturation": (0.5, 0.0),
    "grayscale": (1,),
    "combined": (2, 3),
}
ALL = sorted(perturbing.PERTURBATIONS)


@pytest.fixture(scope="module")
def images():
    return data.procedural_images(COUNT, resolution=SIDE)


def by_layers(images, name, strength, seed):
    """Grey levels, with the draws of the real perturbation."""
    rng = np.random.default_rng(seed)
    uniforms = rng.random((len(images), 3)).astype("float32")
    normals = rng.standard_normal(images.shape, np.float32)
    outputs = perturbations.perturb(
        images.astype("float32") / 127.5 - 1,
        name,
        float(strength),
        perturbations.Draws(uniforms, normals),
    )
    return (np.asarray(outputs) + 1) * 127.5


@pytest.mark.parametrize("name", perturbations.NAMES)
def test_layers_do_what_is_done_to_files(name, images):
    perturbation = perturbing.PERTURBATIONS[name]
    for strength in STRENGTHS[name]:
        expected = perturbation.apply(
            images, strength, np.random.default_rng(5)
        )

        outputs = by_layers(images, name, strength, seed=5)

        difference = np.abs(outputs - expected).mean()
        assert difference <= TOLERANCES[name] + 1e-4, strength
        if name in NOWHERE_FAR:
            assert np.abs(outputs - expected).max() <= 2, strength
        # What is done is several times what the two differ in.
        done = np.abs(expected.astype(float) - images).mean()
        assert difference < done / 2.5, strength


@pytest.mark.parametrize("name", ALL)
def test_pictures_keep_their_shape_and_change(name, images):
    perturbation = perturbing.PERTURBATIONS[name]

    for some in (images[:2], images[:2, ..., :1]):
        # A picture without colour has none to lose.
        loses_colour = name in ("saturation", "grayscale")
        unchanged = loses_colour and some.shape[-1] == 1
        changed = perturbation.apply(
            some, perturbation.strengths[-1], np.random.default_rng(0)
        )

        assert changed.shape == some.shape
        assert changed.dtype == np.uint8
        differs = (changed != some).any(axis=(1, 2, 3))
        assert (differs == (not unchanged)).all()
        assert not np.shares_memory(changed, some)


@pytest.mark.parametrize("name", ALL)
def test_more_is_worse(name, images):
    perturbation = perturbing.PERTURBATIONS[name]
    if name in ("brightness", "contrast"):
        pytest.skip("darker, then lighter")
    steps = perturbation.strengths

    errors = [
        np.abs(
            perturbation.apply(images, steps[k], np.random.default_rng(0))
            - images.astype(float)
        ).mean()
        for k in (0, len(steps) // 2, -1)
    ]

    assert errors == sorted(errors)


@pytest.mark.parametrize("name", ALL)
def test_the_same_draws_do_the_same(name, images):
    perturbation = perturbing.PERTURBATIONS[name]
    strength = perturbation.strengths[-1]

    first, second = (
        perturbation.apply(images[:3], strength, np.random.default_rng(1))
        for _ in range(2)
    )

    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("crop", 1, 8 / 128),
        ("blur", 0, 45 / 128),
        ("jpeg", 100, 10),
        ("noise", 0, 0.25),
        ("combined", 1, 10),
        ("waves_rotation", 0, 45),
        ("waves_resized_crop", 1, 0.5),
        ("waves_erasing", 0, 0.25),
        ("waves_brightness", 1, 2),
        ("waves_contrast", 1, 2),
        ("waves_blur", 0, 20),
        ("waves_noise", 0, 0.1),
        ("waves_jpeg", 90, 10),
    ],
)
def test_ranges_are_the_published_ones(name, first, last):
    strengths = perturbing.PERTURBATIONS[name].strengths

    assert strengths[0] == first
    assert strengths[-1] == pytest.approx(last, abs=1e-4)


def test_pictures_must_be_bytes(images):
    with pytest.raises(ValueError, match="uint8 with four axes. Received fl"):
        perturbing.PERTURBATIONS["flip"].apply(
            images.astype("float32"), 1, np.random.default_rng(0)
        )


def test_combined_is_the_four_one_after_the_other(images):
    image, rng = images[0], np.random.default_rng(2)
    rng.random((1, 3))
    expected = picture_changes.crop(image, 1 - 2 * 13.3333 / 128, (0.5, 0.5))
    expected = picture_changes.blur(expected, 10 / 128)
    expected = picture_changes.noise(expected, 0.0555556, rng)
    expected = picture_changes.encode(expected, "JPEG", 80)

    [outputs] = perturbing.PERTURBATIONS["combined"].apply(
        image[None], 3, np.random.default_rng(2)
    )

    assert np.abs(outputs.astype(float) - expected).mean() < 0.1
