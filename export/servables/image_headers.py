"""What a picture file says before its pixels, read inside the graph.

Only PNG and JPEG. Bytes beyond the end count as zeros, so that no header, how
broken it may be, fails a request.
"""

import tensorflow as tf

PNG_START, JPEG_START = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"

# Segments or chunks looked at: a hostile file must not be walked for ever.
MAX_PARTS = 64

# Entries looked at in an EXIF block; cameras write about a dozen.
MAX_ENTRIES = 64

NOWHERE = -1

_APP1, _START_OF_SCAN, _END_OF_IMAGE = 0xE1, 0xDA, 0xD9
_ORIENTATION, _SHORT = 0x0112, 3


def starts_with(content, start: bytes):
    """Whether a scalar string begins with these bytes."""
    return tf.equal(tf.strings.substr(content, 0, len(start)), start)


def png_size(content):
    """Height and width that a PNG claims.

    Returns `(2,)`, `int64`; zeros if the header is broken.
    """
    is_header = tf.equal(tf.strings.substr(content, 8, 8), b"\0\0\0\x0dIHDR")
    head = _bytes(content, 16, 8)
    size = tf.stack([_number(head[4:]), _number(head[:4])])
    return tf.where(is_header, size, tf.zeros_like(size))


def png_is_sixteen_bit_grey(content):
    """Whether a PNG holds 16-bit shades of grey and nothing else."""
    return tf.equal(tf.strings.substr(content, 24, 2), b"\x10\x00")


def png_parts(content):
    """Looks through the chunks of a PNG up to its pixels.

    Returns whether any pixel may be transparent, and where the EXIF block
    begins (`NOWHERE` if there is none).
    """

    def goes_on(position, kind, is_transparent, exif):
        return tf.logical_not(_is_any(kind, [b"IDAT", b"IEND", b""]))

    def step(position, kind, is_transparent, exif):
        is_transparent |= tf.equal(kind, b"tRNS")
        exif = tf.where(tf.equal(kind, b"eXIf"), position + 8, exif)
        position += 12 + _number(_bytes(content, position, 4))
        return position, _slice(content, position + 4, 4), is_transparent, exif

    has_alpha = _is_any(tf.strings.substr(content, 25, 1), [b"\x04", b"\x06"])
    start = tf.constant(8, tf.int64)
    nowhere = tf.constant(NOWHERE, tf.int64)
    _, _, is_transparent, exif = tf.while_loop(
        goes_on,
        step,
        [start, _slice(content, start + 4, 4), has_alpha, nowhere],
        maximum_iterations=MAX_PARTS,
        parallel_iterations=1,
    )
    return is_transparent, exif


def jpeg_exif(content):
    """Where the EXIF block of a JPEG begins.

    Returns scalar `int64`; `NOWHERE` if there is none before the pixels.
    """

    def goes_on(position, head, exif):
        ends = (head[1] == _START_OF_SCAN) | (head[1] == _END_OF_IMAGE)
        return (exif == NOWHERE) & (head[0] == 0xFF) & tf.logical_not(ends)

    def step(position, head, exif):
        is_exif = (head[1] == _APP1) & tf.equal(
            _slice(content, position + 4, 6), b"Exif\0\0"
        )
        exif = tf.where(is_exif, position + 10, exif)
        # Markers may be filled up with 0xFF.
        is_filling = head[1] == 0xFF
        length = 2 + 256 * head[2] + head[3]
        position += tf.where(is_filling, tf.ones_like(length), length)
        return position, _bytes(content, position, 4), exif

    start = tf.constant(2, tf.int64)
    nowhere = tf.constant(NOWHERE, tf.int64)
    _, _, exif = tf.while_loop(
        goes_on,
        step,
        [start, _bytes(content, start, 4), nowhere],
        maximum_iterations=MAX_PARTS,
        parallel_iterations=1,
    )
    return exif


def orientation(content, exif):
    """How a picture must be turned, as its EXIF block says.

    Returns scalar `int64`, 1 (upright) to 8; 1 for a block that says nothing or
    makes no sense.
    """

    def read():
        order = _slice(content, exif, 4)
        is_little = tf.equal(order, b"II*\0")
        is_known = is_little | tf.equal(order, b"MM\0*")
        first = exif + _number(_bytes(content, exif + 4, 4), is_little)
        number = _number(_bytes(content, first, 2), is_little)
        table = _bytes(content, first + 2, 12 * MAX_ENTRIES)
        entries = tf.reshape(table, (MAX_ENTRIES, 12))
        is_ours = (
            (tf.range(MAX_ENTRIES, dtype=tf.int64) < number)
            & (_number(entries[:, 0:2], is_little) == _ORIENTATION)
            & (_number(entries[:, 2:4], is_little) == _SHORT)
        )
        values = _number(entries[:, 8:10], is_little)
        value = tf.reduce_max(tf.where(is_ours, values, tf.ones_like(values)))
        is_known &= (value >= 1) & (value <= 8)
        return tf.where(is_known, value, tf.ones_like(value))

    return tf.cond(
        tf.equal(exif, NOWHERE), lambda: tf.constant(1, tf.int64), read
    )


def _slice(content, start, length):
    """So many characters, or as many as there are."""
    size = tf.strings.length(content)
    start = tf.minimum(start, tf.cast(size, tf.int64))
    return tf.strings.substr(content, start, tf.cast(length, tf.int64))


def _bytes(content, start, length):
    """So many bytes as `int64`, with zeros beyond the end."""
    part = _slice(content, tf.cast(start, tf.int64), length)
    decoded = tf.io.decode_raw(part, tf.uint8, fixed_length=length)
    return tf.ensure_shape(tf.cast(decoded, tf.int64), [length])


def _number(digits, is_little=False):
    """Bytes along the last axis as one whole number."""
    powers = [256**place for place in range(digits.shape[-1])]
    weights = tf.where(
        is_little,
        tf.constant(powers, tf.int64),
        tf.constant(powers[::-1], tf.int64),
    )
    return tf.reduce_sum(digits * weights, axis=-1)


def _is_any(text, options):
    """Whether a scalar string is one of these."""
    return tf.reduce_any([tf.equal(text, option) for option in options])
