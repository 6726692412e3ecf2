import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint import errors


def test_a_picture_depends_on_seed_and_index_alone():
    many = data.procedural_images(300, resolution=32)

    few = data.procedural_images(3, resolution=32, first_image=290)

    np.testing.assert_array_equal(few, many[290:293])


def test_another_seed_gives_other_pictures():
    first, second = (
        data.procedural_images(4, resolution=16, seed=seed) for seed in (0, 1)
    )

    assert (first != second).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize("resolution", [16, 32, 64, 128, 256])
def test_resolution_only_says_how_finely_a_picture_is_drawn(resolution):
    fine = data.procedural_images(8, resolution=256).astype(float)
    factor = 256 // resolution
    blocks = fine.reshape(8, resolution, factor, resolution, factor, 3)

    coarse = data.procedural_images(8, resolution=resolution)

    assert coarse.shape == (8, resolution, resolution, 3)
    assert np.abs(coarse - blocks.mean(axis=(2, 4))).mean() < 6


def test_pictures_are_varied_and_well_lit():
    images = data.procedural_images(500, resolution=32).astype(float)

    assert len(np.unique(images.reshape(500, -1), axis=0)) == 500
    assert images.std(axis=0).min() > 30  # each pixel, over the pictures
    assert images.std(axis=(1, 2)).mean() > 20  # each picture, over its pixels
    assert (images == 255).mean() < 0.2


def test_loading_takes_as_many_as_asked_for():
    whole = data.load("procedural:30", resolution=16)
    part = data.load("procedural:30", resolution=16, max_images=10)

    np.testing.assert_array_equal(
        whole.images, data.procedural_images(30, resolution=16)
    )
    np.testing.assert_array_equal(part.images, whole.images[:10])
    assert whole.names[29] == "procedural[29]"


@pytest.mark.slow
def test_loading_takes_ten_thousand_by_default():
    assert len(data.load("procedural", resolution=8).names) == 10_000


@pytest.mark.parametrize("count", ["0", "-3", "many", "1.5"])
def test_a_count_that_makes_no_sense_is_refused(count):
    with pytest.raises(errors.DataError, match="Write `procedural:10000`"):
        data.load(f"procedural:{count}", resolution=16)
