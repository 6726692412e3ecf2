"""Frames and pages of picture files."""

import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint.data import frames

from .. import found_pictures as found

IMAGES = [found.photograph(seed) for seed in range(3)]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("TIFF", {}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
        pytest.param("AVIF", {"quality": 100}, marks=found.NEEDS_AVIF),
    ],
)
def test_all_frames_come_in_order(kind, options):
    first, *others = [each.copy() for each in IMAGES]
    content = found.saved(
        first, kind, save_all=True, append_images=others, **options
    )

    read = list(frames.frames(content, "x"))

    assert [each.name for each in read] == ["x#1", "x#2", "x#3"]
    assert {each.count for each in read} == {3}
    for frame, image in zip(read, IMAGES, strict=True):
        difference = np.abs(frame.pixels - np.asarray(image, np.float32))
        assert difference.mean() < 12


def test_one_frame_goes_by_the_files_name():
    [frame] = frames.frames(found.saved(IMAGES[0]), "x.png")

    assert (frame.name, frame.number, frame.count) == ("x.png", 1, 1)
    np.testing.assert_array_equal(frame.pixels, IMAGES[0])


def test_more_frames_than_are_looked_at_are_told_of():
    first, *others = [each.copy() for each in IMAGES]
    content = found.saved(first, "TIFF", save_all=True, append_images=others)

    reading = frames.frames(content, "x.tif", max_frames=2)
    assert [next(reading).number, next(reading).number] == [1, 2]

    with pytest.raises(errors.DataError, match="3 frames; the first 2 were"):
        next(reading)


def test_frames_before_a_broken_one_are_read():
    first, *others = [each.copy() for each in IMAGES]
    content = found.saved(first, "GIF", save_all=True, append_images=others)

    reading = frames.frames(content[: len(content) // 2], "x.gif")
    assert next(reading).number == 1

    with pytest.raises(errors.DataError, match="x.gif"):
        list(reading)


def test_layers_and_sizes_of_an_icon_are_not_frames():
    content = found.saved(IMAGES[0], "ICO", sizes=[(16, 16), (32, 32)])

    assert len(list(frames.frames(content, "x.ico"))) == 1
