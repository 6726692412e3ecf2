"""Random inputs and finished pictures, row by row, inside the graph."""

import numpy as np
import tensorflow as tf

# Each of a picture's inputs has a stream of its own, as in `sampling`.
LATENTS, NOISE = 0, 1


def normal_rows(seeds, length: int, stream: int):
    """Standard normal numbers, each row from its own seed.

    Neither the batch nor the order of requests changes a row, nor whether XLA
    compiles the graph: TensorFlow 2.21 turns the same random words into floats
    in one way in its own kernels and in another under XLA, so words are drawn,
    and made normal here (Box and Muller, 1958).

    `seeds`: `(batch, 2)`, `int64`. Returns `(batch, length)`, `float32`.
    """
    half = -(-length // 2)

    def one_row(seed):
        # Named, because the choice of "auto" depends on the device.
        seed = tf.random.fold_in(seed, stream, alg="philox")
        words = tf.random.stateless_uniform(
            [2, half], seed, None, None, tf.uint32, alg="philox"
        )
        # The 24 high bits are all that a float32 below 1 has room for.
        high = tf.bitwise.right_shift(words, tf.constant(8, tf.uint32))
        unit = (tf.cast(high, tf.float32) + 0.5) * 2.0**-24
        radius = tf.sqrt(-2 * tf.math.log(unit[0]))
        angle = 2 * np.pi * unit[1]
        both = [radius * tf.cos(angle), radius * tf.sin(angle)]
        return tf.concat(both, axis=0)[:length]

    return tf.map_fn(
        one_row,
        seeds,
        fn_output_signature=tf.TensorSpec((length,), tf.float32),
    )


def to_pixels(images):
    """Images in [-1, 1] as `uint8`, rounded as in `data.to_pixels`."""
    levels = (tf.cast(images, tf.float32) + 1) * 127.5
    return tf.cast(tf.round(tf.clip_by_value(levels, 0, 255)), tf.uint8)


def to_unit(pixels):
    """`uint8` as images in [-1, 1], as in `data.to_unit`."""
    return tf.cast(pixels, tf.float32) / 127.5 - 1


def through(network, *inputs):
    """What a network makes of rows, also of none.

    TensorFlow's fused convolutions fail on empty batches, which a client may
    ask for; so the network sees a row of zeros in their place.

    `*inputs`: arrays with the same number of rows; others are refused, where
    TensorFlow would repeat a single row.
    """
    given = tf.stack([tf.shape(each)[0] for each in inputs])
    check = tf.debugging.Assert(
        tf.reduce_all(tf.equal(given, given[0])),
        ["All inputs must have as many rows. Received:", given],
    )
    with tf.control_dependencies([check]):
        rows = tf.identity(given[0])
    missing = tf.cast(tf.equal(rows, 0), tf.int32)
    filled = [
        tf.pad(each, [[0, missing]] + [[0, 0]] * (each.shape.rank - 1))
        for each in inputs
    ]
    return network(*filled)[:rows]


def png_rows(pixels):
    """Pictures as PNG files.

    `pixels`: `(batch, height, width, channels)`, `uint8`. Returns `(batch,)`,
    string.
    """
    return tf.map_fn(
        tf.io.encode_png,
        pixels,
        fn_output_signature=tf.TensorSpec((), tf.string),
    )


def example_seeds(num_rows: int):
    """Seeds to warm a server up with, `(num_rows, 2)`, `int64`."""
    return np.arange(2 * num_rows, dtype=np.int64).reshape(num_rows, 2)


def checked_bits(fingerprint):
    """Bits as numbers; refuses what is no fingerprint."""
    is_bit = tf.equal(fingerprint, 0) | tf.equal(fingerprint, 1)
    check = tf.debugging.Assert(
        tf.reduce_all(is_bit),
        ["`fingerprint` must hold 0 and 1. Received others."],
    )
    with tf.control_dependencies([check]):
        return tf.cast(fingerprint, tf.float32)
