import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint.data import labelled


def test_sources_come_through_shuffling_mirroring_and_both_kinds_of_stream():
    images = np.zeros((9, 4, 4, 3), np.uint8)
    images[:, :, 0] = np.arange(9)[:, None, None]
    sources = np.arange(9) * 8000  # Of both bytes.
    joined = labelled.labelled(images, sources)

    for stream in (data.batches, data.numpy_batches):
        taken = iter(stream(joined, batch_size=9, seed=3, mirror=True))
        batch = np.array(next(taken))
        if batch.dtype == np.uint8:
            batch = data.to_unit(batch)
        pictures, found = labelled.separated(batch)

        pixels = data.to_pixels(pictures)
        numbers = np.maximum(pixels[:, 0, 0, 0], pixels[:, 0, -1, 0])
        assert sorted(np.array(found)) == sources.tolist()
        np.testing.assert_array_equal(found, 8000 * numbers.astype(int))
        assert (pixels[:, 0, 0, 0] == 0).sum() > 1  # Some are mirrored.


def test_more_sources_than_two_bytes_tell_apart_are_refused():
    images = np.zeros((1, 4, 4, 3), np.uint8)

    with pytest.raises(ValueError, match="`sources` must lie between"):
        labelled.labelled(images, np.array([2**16]))
