"""Labels beside their images, in both kinds of stream."""

import numpy as np
import pytest

from tf_fingerprint import data

from .test_pipeline import numbered_images


def test_labels_come_with_their_images():
    images = numbered_images(9)
    labels = np.arange(9, dtype="int32") * 8000

    for stream in (data.batches, data.numpy_batches):
        pairs = iter(stream(images, labels, batch_size=9, seed=3, mirror=True))
        batch, found = map(np.array, next(pairs))
        pixels = batch if batch.dtype == np.uint8 else data.to_pixels(batch)

        numbers = pixels[:, 0, :, 0].min(axis=1)  # The others are 255.
        assert sorted(found) == labels.tolist()
        np.testing.assert_array_equal(found, 8000 * numbers.astype(int))
        assert (pixels[:, 0, 0, 0] == 255).sum() > 1  # Some are mirrored.


def test_images_are_the_same_with_labels_and_without():
    images = numbered_images(9)
    options = {"batch_size": 4, "seed": 3, "first_batch": 2, "mirror": True}

    pair = next(data.numpy_batches(images, np.arange(9), **options))

    alone = next(data.numpy_batches(images, **options))
    np.testing.assert_array_equal(pair[0], alone)


def test_every_image_has_a_label():
    with pytest.raises(ValueError, match="`labels` must be as many"):
        data.numpy_batches(
            numbered_images(3), np.zeros(2), batch_size=1, seed=0
        )
