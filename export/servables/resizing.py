"""Cuts and scales pictures in the graph exactly as in training.

`tf_fingerprint.data.read_image` does this with Pillow. TensorFlow's own
resizing gives other levels, and a fingerprint is made of differences of a few
levels; so this is the same arithmetic, whole numbers and all: the same bits.
"""

import math

import tensorflow as tf

# Pillow's fixed point: 22 bits behind the point of a coefficient.
_PRECISION_BITS = 22
_LANCZOS_SUPPORT = 3.0

# Lanczos goes over at most this many times the resolution; larger pictures
# are averaged over whole areas before.
_REDUCING_GAP = 3


def square(image, *, resolution: int, channels: int):
    """One picture cut to the centred square, scaled to `resolution`.

    A picture of that size and form is not touched.

    `image`: `(height, width, any)`, `uint8`: grey, RGB, or RGB with alpha,
    which is laid over white. Neither side may be 0. Returns
    `(resolution, resolution, channels)`, `uint8`.
    """
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    side = tf.minimum(height, width)
    upper, left = (height - side) // 2, (width - side) // 2
    image = image[upper : upper + side, left : left + side]
    image = _with_channels(image, channels)

    def averaged():
        return _reduce(image, side // resolution)

    def resized():
        factor = tf.maximum(side // resolution // _REDUCING_GAP, 1)
        reduced = tf.cond(
            factor > 1, lambda: _reduce(image, factor), lambda: image
        )
        extent = tf.cast(side, tf.float64) / tf.cast(factor, tf.float64)
        return _lanczos(reduced, extent, resolution, channels)

    scaled = tf.cond(
        tf.equal(side, resolution),
        lambda: image,
        lambda: tf.cond(
            tf.equal(side % resolution, 0) & (side > resolution),
            averaged,
            resized,
        ),
    )
    return tf.ensure_shape(scaled, (resolution, resolution, channels))


def turn(image, orientation):
    """One picture made upright.

    `image`: `(height, width, any)`; `orientation`: scalar, 1 to 8, as in EXIF.
    Returns the picture, with its sides swapped from 5 on.
    """

    def where(is_so, change, image):
        return tf.cond(is_so, lambda: change(image), lambda: image)

    def is_any(*values):
        return tf.reduce_any([orientation == value for value in values])

    image = where(orientation >= 5, lambda x: tf.transpose(x, (1, 0, 2)), image)
    image = where(is_any(2, 3, 6, 7), lambda x: tf.reverse(x, [1]), image)
    return where(is_any(3, 4, 7, 8), lambda x: tf.reverse(x, [0]), image)


def _with_channels(image, channels):
    """Grey, RGB or RGBA as grey or RGB, without transparency."""
    given = tf.shape(image)[-1]
    rgb = tf.cond(
        tf.equal(given, 4),
        lambda: _over_white(image),
        # Of three times the same, the weights below make the same again.
        lambda: tf.broadcast_to(
            image, tf.concat([tf.shape(image)[:2], [3]], axis=0)
        ),
    )
    if channels == 3:
        return rgb
    levels = tf.cast(rgb, tf.int32)
    weights = tf.constant([19595, 38470, 7471])
    grey = tf.reduce_sum(levels * weights, axis=-1, keepdims=True)
    return tf.cast((grey + 2**15) // 2**16, tf.uint8)


def _over_white(image):
    """RGBA laid over white; the same whole numbers as in Pillow."""
    levels = tf.cast(image, tf.int32)
    rgb, alpha = levels[..., :3], levels[..., 3:]
    total = 128 * (rgb * alpha + 255 * (255 - alpha)) + 2**14
    # Division by 255 times 128, as shifts.
    return tf.cast(((total // 256) + total) // 256 // 128, tf.uint8)


def _reduce(image, factor):
    """Rounded means over areas; those at the edge may be smaller."""
    side = tf.shape(image)[0]
    cells = (side + factor - 1) // factor
    missing = cells * factor - side
    padded = tf.pad(image, [[0, missing], [0, missing], [0, 0]])
    channels = tf.shape(image)[-1]
    rows = tf.reshape(padded, [cells, factor, cells * factor, channels])
    sums = tf.reduce_sum(tf.cast(rows, tf.int32), axis=1)
    sums = tf.reshape(sums, [cells, cells, factor, channels])
    sums = tf.cast(tf.reduce_sum(sums, axis=2), tf.int64)

    lengths = tf.minimum(side - tf.range(cells) * factor, factor)
    counts = tf.cast((lengths[:, None] * lengths)[..., None], tf.int64)
    return tf.cast((sums + counts // 2) // counts, tf.uint8)


def _lanczos(image, extent, resolution, channels):
    """Resamples a square picture, first along its rows, then its columns."""
    weights = _coefficients(tf.shape(image)[0], extent, resolution)
    side = tf.shape(image)[0]
    columns_first = tf.transpose(tf.cast(image, tf.float64), (1, 0, 2))
    narrow = _weighted(weights, columns_first)
    narrow = tf.reshape(narrow, (resolution, side, channels))
    small = _weighted(weights, tf.transpose(narrow, (1, 0, 2)))
    small = tf.reshape(small, (resolution, resolution, channels))
    return tf.cast(small, tf.uint8)


def _weighted(weights, lines):
    """Sums of lines times weights, as levels; whole numbers, so exact."""
    length = tf.shape(lines)[0]
    sums = tf.matmul(weights, tf.reshape(lines, (length, -1)))
    levels = tf.floor(
        (sums + 2.0 ** (_PRECISION_BITS - 1)) / 2**_PRECISION_BITS
    )
    return tf.clip_by_value(levels, 0, 255)


def _coefficients(length, extent, resolution):
    """What each pixel of a line adds to each of the result's.

    `(resolution, length)`, `float64`, of whole numbers.
    """
    # Pillow takes the extent in single precision.
    extent = tf.cast(tf.cast(extent, tf.float32), tf.float64)
    scale = extent / resolution
    stretch = tf.maximum(scale, 1.0)
    support = _LANCZOS_SUPPORT * stretch
    centers = (tf.range(resolution, dtype=tf.float64) + 0.5) * scale
    first = tf.floor(tf.maximum(centers - support + 0.5, 0.0))
    last = tf.floor(centers + support + 0.5)
    places = tf.cast(tf.range(length), tf.float64)
    distances = (places - centers[:, None] + 0.5) / stretch
    weights = _sinc(distances) * _sinc(distances / _LANCZOS_SUPPORT)
    is_inside = (
        (places >= first[:, None])
        & (places < last[:, None])
        & (distances >= -_LANCZOS_SUPPORT)
        & (distances < _LANCZOS_SUPPORT)
    )
    weights = tf.where(is_inside, weights, tf.zeros_like(weights))
    weights /= tf.reduce_sum(weights, axis=1, keepdims=True)
    fixed = weights * 2.0**_PRECISION_BITS
    return tf.sign(fixed) * tf.floor(tf.abs(fixed) + 0.5)


def _sinc(values):
    """sin(pi x) / (pi x)."""
    angles = values * math.pi
    is_zero = tf.equal(values, 0.0)
    safe = tf.where(is_zero, tf.ones_like(angles), angles)
    return tf.where(is_zero, tf.ones_like(angles), tf.sin(safe) / safe)
