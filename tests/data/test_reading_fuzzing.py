"""Whatever a picture's file holds, it becomes a picture or a named error."""

import functools
import io

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from PIL import Image

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.data import reading

from ..fuzzing import fuzzed

KINDS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "TGA")

# Where, as a share of the file, and what stands there then.
EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)),
    max_size=8,
)


@functools.cache
def whole(kind, mode):
    """A small file of that kind."""
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (12, 9, 4), np.uint8)
    image = Image.fromarray(pixels).convert(mode)
    file = io.BytesIO()
    image.save(file, kind, exif=Image.Exif())
    return file.getvalue()


def check(content, **options):
    """A picture of the form asked for, or an error that names the file."""
    try:
        image = data.read_image(
            content, resolution=8, name="found.png", **options
        )
    except errors.DataError as error:
        assert str(error).startswith("found.png: can't be read as a picture.")
        return
    assert image.shape == (8, 8, options.get("channels", 3))
    assert image.dtype == np.uint8


# Pillow warns of what is odd in a file, and reads it.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
@fuzzed(500)
@hypothesis.given(
    kind=st.sampled_from(KINDS),
    mode=st.sampled_from(["RGB", "L"]),
    edits=EDITS,
    kept=st.floats(0.05, 1),
    channels=st.sampled_from([1, 3]),
)
def test_a_spoiled_picture_is_read_or_a_named_error(
    kind, mode, edits, kept, channels
):
    content = bytearray(whole(kind, mode))
    for place, value in edits:
        content[int(place * len(content))] = value

    check(bytes(content[: int(kept * len(content))]), channels=channels)


@pytest.mark.filterwarnings("ignore::UserWarning")
@fuzzed(200)
@hypothesis.given(
    st.sampled_from([b"", *(whole(kind, "RGB")[:20] for kind in KINDS)]),
    st.binary(max_size=200),
)
def test_bytes_of_anything_are_read_or_a_named_error(start, rest):
    check(start + rest)


@fuzzed(200)
@hypothesis.given(
    shape=st.tuples(
        st.integers(1, 20), st.integers(1, 20), st.sampled_from([1, 3, 4])
    ),
    crop=st.sampled_from(reading.CROPS),
    channels=st.sampled_from([1, 3]),
)
def test_arrays_of_any_size_become_squares_or_a_named_error(
    shape, crop, channels
):
    pixels = np.random.default_rng(1).integers(0, 256, shape, np.uint8)

    try:
        image = reading.from_array(pixels, 8, channels, crop, "found.png")
    except errors.DataError as error:
        assert crop != "center"
        assert str(error).startswith("found.png: can't be used as a picture.")
    else:
        assert image.shape == (8, 8, channels)
