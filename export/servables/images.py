"""Pictures from bytes inside the graph, each with a status of its own.

As `tf_fingerprint.data.read_image` reads them, to the last bit, but for:

* only PNG and JPEG are taken. What else Pillow opens (GIF, BMP, WebP, TIFF) is
  `unsupported_format`: servers differ in what they decode there. Of an
  animated PNG the first picture counts, as with Pillow;
* CMYK JPEG: levels may differ by one;
* the orientation is read from EXIF only, in PNG only where it stands before
  the pixels, and a broken EXIF block means upright. Pillow also looks into
  XMP, and refuses files with broken blocks;
* transparency of single levels in grey or RGB PNG of 2, 4 or 16 bits (`tRNS`)
  is read as the PNG standard says; Pillow compares such levels wrongly;
* pictures of too many pixels or bytes are refused before they are decoded.
"""

import tensorflow as tf

from export.servables import image_headers
from export.servables import resizing

OK = "ok"
BAD_IMAGE = "bad_image"
TOO_LARGE = "too_large"
UNSUPPORTED_FORMAT = "unsupported_format"
STATUSES = (OK, BAD_IMAGE, TOO_LARGE, UNSUPPORTED_FORMAT)

# A 16-megapixel picture takes about 0.3 GB while it is read, one at a time for
# each request.
MAX_PIXELS = 2**24
MAX_BYTES = 2**24


def read(
    contents,
    *,
    resolution: int,
    channels: int,
    max_bytes: int = MAX_BYTES,
    max_pixels: int = MAX_PIXELS,
):
    """Reads picture files, upright, cut to the square and scaled.

    A file that can't be read costs its own row only: zeros, and a status that
    says why. Rows are read one after the other, so that a request needs the
    memory of one picture.

    `contents`: `(batch,)`, string: the files. Returns
    `(batch, resolution, resolution, channels)`, `uint8`, and `(batch,)`,
    string: one of `STATUSES` each.
    """
    shape = (resolution, resolution, channels)
    blank = tf.zeros(shape, tf.uint8)

    def attempt(content):
        status = _status(content, max_bytes, max_pixels)
        image = tf.cond(
            tf.equal(status, OK),
            lambda: resizing.square(
                _decode(content), resolution=resolution, channels=channels
            ),
            lambda: blank,
        )
        return tf.ensure_shape(image, shape), status

    def read_one(content):
        # The graph's way to try and to catch: an element that raises is left
        # out, and then the other one is the first.
        tried = tf.data.Dataset.from_tensors(content).map(attempt)
        fallback = tf.data.Dataset.from_tensors((blank, BAD_IMAGE))
        return (
            tried.ignore_errors()
            .concatenate(fallback)
            .take(1)
            .get_single_element()
        )

    return tf.map_fn(
        read_one,
        contents,
        parallel_iterations=1,
        fn_output_signature=(
            tf.TensorSpec(shape, tf.uint8),
            tf.TensorSpec((), tf.string),
        ),
    )


def fit(images, *, resolution: int, channels: int):
    """Cuts and scales decoded pictures, all of one size.

    `images`: `(batch, height, width, 1 or 3 or 4)`, `uint8`: grey, RGB, or RGB
    with alpha. Others are refused. Returns
    `(batch, resolution, resolution, channels)`, `uint8`.
    """
    images = tf.ensure_shape(images, (None, None, None, None))
    _, height, width, given = tf.unstack(tf.shape(images))
    checks = [
        tf.debugging.Assert(
            (height > 0) & (width > 0),
            ["`images` must have pixels. Received height, width:"]
            + [height, width],
        ),
        tf.debugging.Assert(
            tf.reduce_any([given == number for number in (1, 3, 4)]),
            ["`images` must have 1, 3 or 4 channels. Received:", given],
        ),
    ]
    with tf.control_dependencies(checks):
        images = tf.identity(images)
    return tf.map_fn(
        lambda image: resizing.square(
            image, resolution=resolution, channels=channels
        ),
        images,
        parallel_iterations=1,
        fn_output_signature=tf.TensorSpec(
            (resolution, resolution, channels), tf.uint8
        ),
    )


def _status(content, max_bytes, max_pixels):
    """What keeps a file from being decoded, from its header alone."""
    is_png = image_headers.starts_with(content, image_headers.PNG_START)
    is_jpeg = image_headers.starts_with(content, image_headers.JPEG_START)

    def of_header():
        height, width = tf.unstack(
            tf.cond(
                is_png,
                lambda: image_headers.png_size(content),
                lambda: tf.cast(
                    tf.io.extract_jpeg_shape(content)[:2], tf.int64
                ),
            )
        )
        is_empty = tf.equal(height, 0) | tf.equal(width, 0)
        # Each side by itself too: the product of two may run over.
        is_large = (
            (height > max_pixels)
            | (width > max_pixels)
            | (height * width > max_pixels)
        )
        status = tf.where(is_large, TOO_LARGE, OK)
        return tf.where(is_empty, BAD_IMAGE, status)

    return tf.cond(
        tf.strings.length(content) > max_bytes,
        lambda: TOO_LARGE,
        lambda: tf.cond(
            is_png | is_jpeg, of_header, lambda: UNSUPPORTED_FORMAT
        ),
    )


def _decode(content):
    """An upright picture, `(height, width, 1 or 3 or 4)`."""

    def png():
        is_transparent, exif = image_headers.png_parts(content)
        image = tf.cond(
            image_headers.png_is_sixteen_bit_grey(content),
            lambda: _sixteen_bit_grey(content),
            lambda: tf.cond(
                is_transparent,
                lambda: tf.io.decode_png(content, channels=4),
                lambda: tf.io.decode_png(content, channels=3),
            ),
        )
        return image, exif

    def jpeg():
        # The faster transform, TensorFlow's default, is off by up to 16.
        image = tf.io.decode_jpeg(
            content, channels=3, dct_method="INTEGER_ACCURATE"
        )
        return image, image_headers.jpeg_exif(content)

    is_png = image_headers.starts_with(content, image_headers.PNG_START)
    image, exif = tf.cond(is_png, png, jpeg)
    image = tf.ensure_shape(image, (None, None, None))
    return resizing.turn(image, image_headers.orientation(content, exif))


def _sixteen_bit_grey(content):
    """16 bits rounded to 8, where decoding to 8 would cut them off."""
    levels = tf.io.decode_png(content, channels=1, dtype=tf.uint16)
    return tf.cast((tf.cast(levels, tf.int32) + 128) // 257, tf.uint8)
