import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tf_fingerprint import data
from tf_fingerprint.layers import jpeg

QUALITIES = (90, 80, 50, 30)


@pytest.fixture(scope="module")
def pictures():
    return data.procedural_images(12, resolution=32)


def read(picture, quality):
    """A picture's JPEG file, opened again."""
    pixels = picture[..., 0] if picture.shape[-1] == 1 else picture
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return Image.open(file)


def by_pillow(pictures, quality):
    files = [np.asarray(read(picture, quality)) for picture in pictures]
    return np.stack(files).reshape(pictures.shape).astype("float32")


def compressed(pictures, quality):
    """Grey levels after the layer."""
    qualities = np.broadcast_to(np.float32(quality), len(pictures))
    images = pictures.astype("float32") / 127.5 - 1
    return (jpeg.compress(images, qualities).numpy() + 1) * 127.5


def difference(first, second):
    return np.abs(first - second).mean()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("quality", QUALITIES)
def test_pictures_come_out_as_from_a_file(pictures, quality, channels):
    pictures = pictures[..., :channels]
    expected = by_pillow(pictures, quality)

    outputs = compressed(pictures, quality)

    # Of 255 grey levels; what a file loses is several times as much.
    assert difference(outputs, expected) < 1
    assert difference(outputs, expected) < difference(expected, pictures) / 3


def test_another_quality_would_be_noticed(pictures):
    expected = by_pillow(pictures, 50)

    assert difference(compressed(pictures, 60), expected) > 1


@pytest.mark.parametrize("quality", [1, 10, *QUALITIES, 100])
def test_tables_are_those_in_the_file(pictures, quality):
    tables = read(pictures[0], quality).quantization

    for base, expected in zip(
        (jpeg.LUMA, jpeg.CHROMA), tables.values(), strict=True
    ):
        table = jpeg.table(base, np.float32([quality]))[0]
        assert sorted(np.ravel(table)) == sorted(expected)


def test_each_picture_has_a_quality_of_its_own(pictures):
    both = compressed(pictures[:2], [90, 10])

    np.testing.assert_array_equal(both[:1], compressed(pictures[:1], 90))
    np.testing.assert_array_equal(both[1:], compressed(pictures[1:2], 10))


def test_gradients_pass_what_is_kept_and_not_what_is_erased():
    place = np.arange(16, dtype="float32")
    kept = np.cos((2 * (place % 8) + 1) * np.pi / 16)
    erased = np.cos((2 * (place % 8) + 1) * 7 * np.pi / 16)

    def slope(wave):
        """How much more of a wave comes out for more of it going in."""
        strength = tf.constant(0.1)
        with tf.GradientTape() as tape:
            tape.watch(strength)
            # The erased wave is far below its step, the kept one far above.
            picture = 0.5 * kept + 0.0 * erased + strength * wave
            images = tf.broadcast_to(picture, (1, 16, 16))[..., None]
            outputs = jpeg.compress(images, np.float32([30]))
            along = tf.reduce_sum(outputs * wave[None, None, :, None])
        full = 16 * np.sum(np.square(wave))
        return float(tape.gradient(along, strength)) / full

    assert slope(kept) == pytest.approx(1, abs=0.01)
    assert 0 <= slope(erased) < 0.3


def test_sides_that_make_no_whole_blocks_are_an_error():
    with pytest.raises(ValueError, match=r"multiples of 16.*\(1, 24, 16, 3\)"):
        jpeg.compress(np.zeros((1, 24, 16, 3), "float32"), np.float32([50]))
