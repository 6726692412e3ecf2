import typing

import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint import data
from tf_fingerprint.config import fields
from tf_fingerprint.layers import perturbations
from tf_fingerprint.layers import windows

SIDE, COUNT = 32, 6

# A strength at which nothing happens; JPEG and its like always do something.
HARMLESS = {
    "crop": 1,
    "random_crop": 1,
    "resize": 1,
    "blur": 0,
    "noise": 0,
    "brightness": 1,
    "contrast": 1,
    "erasing": 0,
    "rotation": 0,
    "shift": 0,
    "border": 0,
    "saturation": 1,
}
STRONG = {
    "crop": 0.7,
    "random_crop": 0.7,
    "resize": 0.5,
    "blur": 0.1,
    "noise": 0.05,
    "jpeg": 50,
    "flip": 1,
    "brightness": 1.3,
    "contrast": 0.6,
    "erasing": 0.2,
    "rotation": 10,
    "shift": 3,
    "border": 0.15,
    "saturation": 0.2,
    "grayscale": 1,
    "combined": 3,
}


@pytest.fixture(scope="module")
def images():
    pictures = data.procedural_images(COUNT, resolution=SIDE)
    return pictures.astype("float32") / 127.5 - 1


@pytest.fixture(scope="module")
def draws():
    rng = np.random.default_rng(0)
    return perturbations.Draws(
        rng.random((COUNT, 3), np.float32),
        rng.standard_normal((COUNT, SIDE, SIDE, 3), np.float32),
    )


def rows(draws, chosen):
    return perturbations.Draws(*(each[chosen] for each in draws))


def test_a_config_knows_the_same_names():
    assert perturbations.NAMES == typing.get_args(fields.PerturbationName)
    assert set(STRONG) == set(perturbations.NAMES)


@pytest.mark.parametrize(("name", "strength"), HARMLESS.items())
def test_nothing_happens_at_the_harmless_strength(
    name, strength, images, draws
):
    outputs = perturbations.perturb(images, name, strength, draws)

    np.testing.assert_allclose(outputs, images, atol=1e-6)


@pytest.mark.parametrize(("name", "strength"), STRONG.items())
def test_something_happens_and_its_gradient_comes_back(
    name, strength, images, draws
):
    images = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = perturbations.perturb(images, name, strength, draws)
        loss = tf.reduce_sum(tf.square(outputs))
    slopes = tape.gradient(loss, images).numpy()

    assert outputs.shape == images.shape
    assert np.abs(outputs).max() <= 1
    assert np.abs(outputs - images).mean() > 0.01
    assert np.isfinite(slopes).all()
    assert (np.abs(slopes).max(axis=(1, 2, 3)) > 0).all()


def test_each_picture_meets_its_own_kind_as_if_alone(images, draws):
    names = ("flip", "jpeg", "random_crop", "combined", "noise")
    choice = np.int32([3, 1, -1, 2, 0, 4])
    strengths = np.float32([STRONG[names[k]] for k in choice])

    outputs = perturbations.perturb_each(
        images, names, choice, strengths, draws
    )

    np.testing.assert_array_equal(outputs[2], images[2])
    for place, kind in enumerate(choice):
        if kind >= 0:
            alone = perturbations.perturb(
                images[place : place + 1],
                names[kind],
                strengths[place],
                rows(draws, slice(place, place + 1)),
            )
            np.testing.assert_allclose(outputs[place], alone[0], atol=1e-5)


def test_noise_is_scaled_by_the_range_of_pixels(draws):
    grey = np.zeros((COUNT, SIDE, SIDE, 3), "float32")

    outputs = perturbations.perturb(grey, "noise", 0.05, draws)

    assert np.std(outputs) == pytest.approx(0.1, rel=0.02)


def test_a_flip_swaps_left_and_right(images, draws):
    outputs = perturbations.perturb(images, "flip", 1, draws)

    np.testing.assert_array_equal(outputs, images[:, :, ::-1])


def test_draws_say_where_and_to_which_side(images, draws):
    other = perturbations.Draws(1 - draws.uniforms, draws.normals)

    for name in ("random_crop", "erasing", "rotation"):
        first, second = (
            perturbations.perturb(images, name, STRONG[name], each)
            for each in (draws, other)
        )
        assert np.abs(first - second).max() > 0.1
    np.testing.assert_array_equal(
        *(
            perturbations.perturb(images, "crop", 0.7, each)
            for each in (draws, other)
        )
    )


@pytest.mark.slow
def test_batches_of_any_size_are_compiled_once(images, draws):
    traces = []

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, SIDE, SIDE, 3)),
            tf.TensorSpec((None, 3)),
            tf.TensorSpec((None, SIDE, SIDE, 3)),
        ]
    )
    def compiled(*inputs):
        traces.append(1)
        batch, *drawn = inputs
        return perturbations.perturb(
            batch, "combined", 3, perturbations.Draws(*drawn)
        )

    expected = perturbations.perturb(images, "combined", 3, draws)

    for size in (2, COUNT):
        outputs = compiled(images[:size], *rows(draws, slice(size)))
        np.testing.assert_allclose(outputs, expected[:size], atol=0.02)
    assert len(traces) == 1


@pytest.mark.parametrize("matrix", [windows.resize, windows.blur])
def test_no_row_gains_or_loses_light(matrix):
    rows = matrix(SIDE, np.float32([0.09, 0.3, 0.77]))

    np.testing.assert_allclose(np.sum(rows, axis=2), 1, atol=1e-5)


def test_height_and_width_may_differ():
    images = np.random.default_rng(0).random((2, 4, 6, 3)).astype("float32")
    down, across = np.eye(4)[::-1], np.eye(6)[::-1]

    outputs = windows.transform(
        images, *(np.float32([each, each]) for each in (down, across))
    )

    np.testing.assert_array_equal(outputs, images[:, ::-1, ::-1])
