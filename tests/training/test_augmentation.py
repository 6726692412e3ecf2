import numpy as np
import pytest

from tf_fingerprint.backends import randomness
from tf_fingerprint.training import augmentation

SIDE = 16


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (3, SIDE, SIDE, 3)).astype("float32")


def by_loops(image, uniforms):
    """One picture, change by change."""
    image = image + 0.3 * (2 * uniforms[0] - 1)
    grey = image.mean(axis=-1, keepdims=True)
    image = grey + (image - grey) * (0.2 + 1.6 * uniforms[1])
    middle = image.mean()
    image = middle + (image - middle) * (0.6 + 0.8 * uniforms[2])
    moved = np.zeros_like(image)
    down, across = (int(5 * each) - 2 for each in uniforms[3:])
    for y in range(SIDE):
        for x in range(SIDE):
            if 0 <= y - down < SIDE and 0 <= x - across < SIDE:
                moved[y, x] = image[y - down, x - across]
    return moved


def test_pictures_change_as_in_slow_loops(images):
    drawn = augmentation.draws(randomness.step_seed(1, 2), 3)

    changed = augmentation.augment(images, drawn)

    for image, uniforms, found in zip(images, drawn, changed, strict=True):
        expected = by_loops(image, np.asarray(uniforms))
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_middle_of_all_draws_changes_nothing(images):
    changed = augmentation.augment(images, np.full((3, 5), 0.5, "float32"))

    np.testing.assert_allclose(changed, images, atol=1e-6)
