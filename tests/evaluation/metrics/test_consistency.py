import numpy as np
import pytest

from tf_fingerprint import evaluation


def grid(num_latents=64, num_fingerprints=16, latent=1.0, fingerprint=1.0):
    """Each picture is its latent's plus its fingerprint's pattern."""
    generator = np.random.default_rng(0)
    shape = (4, 4, 3)
    rows = generator.normal(0, latent, (num_latents, 1, *shape))
    columns = generator.normal(0, fingerprint, (1, num_fingerprints, *shape))
    return rows + columns


def test_the_share_is_that_of_the_fingerprint_s_pattern():
    share = evaluation.fingerprint_variance_share(grid(200, 200, 3, 1))

    assert share == pytest.approx(0.1, rel=0.15)


def test_the_share_is_0_and_1_where_one_side_does_everything():
    share = evaluation.fingerprint_variance_share

    assert share(grid(fingerprint=0)) == pytest.approx(0)
    assert share(grid(latent=0)) == pytest.approx(1)


def test_pictures_that_are_all_the_same_have_no_share():
    with pytest.raises(ValueError, match="must differ"):
        evaluation.fingerprint_variance_share(np.ones((2, 2, 4, 4, 3)))


def test_the_ratio_is_that_of_all_pairs():
    images = np.random.default_rng(0).integers(0, 256, (3, 4, 8, 8, 3))
    squares = [
        np.square(row[i] - row[j]).mean()
        for row in images
        for i in range(4)
        for j in range(i)
    ]

    ratio = evaluation.fingerprint_psnr(images.astype("uint8"))

    assert ratio == pytest.approx(10 * np.log10(255**2 / np.mean(squares)))


def test_fingerprints_that_change_nothing_have_an_infinite_ratio():
    images = np.zeros((2, 2, 4, 4, 3), "uint8")
    images[1] = 200

    assert evaluation.fingerprint_psnr(images) == np.inf


@pytest.mark.parametrize("shape", [(1, 2, 4, 4, 3), (2, 1, 4, 4, 3), (2, 4, 3)])
def test_a_grid_has_latents_and_fingerprints(shape):
    with pytest.raises(ValueError, match="at least 2 latents x 2 fingerprints"):
        evaluation.fingerprint_psnr(np.zeros(shape))
