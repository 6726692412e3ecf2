"""Servables of a few numbers, made in a moment, that keep every rule.

A fingerprint is written into a picture as rows of black and white, so that
whoever reads it right reads all of it.
"""

import numpy as np
import tensorflow as tf

from export.servables import servable

NUM_BITS, SIDE = 8, 16


def of(function, spec, *, examples=None, module=None, **others):
    """A servable with one signature, from one function of one input."""
    if examples is None:
        array = np.ones([2 if n is None else n for n in spec.shape])
        examples = [{spec.name: array.astype(spec.dtype.as_numpy_dtype)}]
    return servable.Servable(
        module or tf.Module(),
        {"serving_default": tf.function(function, [spec])},
        {"serving_default": examples},
        **others,
    )


def rows(function, **others):
    """The same, with an input called `x`, `(n, 3)`, that is held to that."""
    return of(
        lambda x: function(tf.ensure_shape(x, (None, 3))),
        tf.TensorSpec((None, 3), tf.float32, "x"),
        **others,
    )


def scale(factor=2.0, **others):
    """Answers `y`, so many times `x`."""
    module = tf.Module()
    module.factor = tf.Variable([factor, factor, factor + 1])
    return rows(lambda x: {"y": x * module.factor}, module=module, **others)


def drawer(bits=None, *, flipped=0, **others):
    """Makes pictures of a fingerprint: the request's, or the one sealed in.

    Args:
        bits: What is sealed in; without it the servable is an open generator.
        flipped: How many of the first bits are drawn wrong.
        **others: For `Servable`.
    """
    wrong = tf.range(NUM_BITS) < flipped

    def pictures(fingerprint, seed):
        seed = tf.ensure_shape(seed, (None, 2))
        fingerprint = tf.ensure_shape(fingerprint, (None, NUM_BITS))
        white = tf.math.logical_xor(fingerprint > 0, wrong)
        column = tf.repeat(tf.where(white, 200, 50), SIDE // NUM_BITS, axis=1)
        dirt = tf.cast(seed[:, 1] % 5, tf.int32)[:, None]
        pixels = tf.cast(column + dirt, tf.uint8)[:, :, None, None]
        files = tf.map_fn(
            lambda each: tf.io.encode_png(tf.repeat(each, SIDE, axis=1)),
            pixels,
            fn_output_signature=tf.TensorSpec((), tf.string),
        )
        return {"image_bytes": files}

    seed_spec = tf.TensorSpec((None, 2), tf.int64, "seed")
    seeds = {"seed": np.array([[0, 1], [0, 2]])}
    if bits is None:
        fingerprint = tf.TensorSpec((None, NUM_BITS), tf.int32, "fingerprint")
        serve = tf.function(pictures, [fingerprint, seed_spec])
        seeds["fingerprint"] = np.ones((2, NUM_BITS), np.int32)
    else:
        serve = tf.function(
            lambda seed: pictures(
                tf.tile([list(bits)], [tf.shape(seed)[0], 1]), seed
            ),
            [seed_spec],
        )
    return servable.Servable(
        tf.Module(),
        {"serving_default": serve},
        {"serving_default": [seeds]},
        **others,
    )


def reader(issued=None, *, threshold=128, **others):
    """Reads pictures; with `issued`, says whose they are.

    Args:
        issued: From name to fingerprint.
        threshold: Levels above it are 1.
        **others: For `Servable`.
    """

    def one(file):
        levels = tf.io.decode_png(file, channels=1)[:: SIDE // NUM_BITS, 0, 0]
        levels = tf.cast(levels[:NUM_BITS], tf.int32)
        return tf.ensure_shape(levels, (NUM_BITS,))

    def read(image_bytes):
        image_bytes = tf.ensure_shape(image_bytes, (None,))
        levels = tf.map_fn(one, image_bytes, fn_output_signature=tf.int32)
        bits = tf.cast(levels > threshold, tf.int32)
        answer = {"bits": bits, "status": tf.fill(tf.shape(bits)[:1], "ok")}
        if issued is not None:
            fingerprints = tf.constant(list(issued.values()))
            same = tf.reduce_all(bits[:, None] == fingerprints, axis=2)
            place = tf.argmax(tf.cast(same, tf.int32), axis=1)
            is_found = tf.reduce_any(same, axis=1)
            name = tf.gather(tf.constant(list(issued)), place)
            answer["recipient_id"] = tf.where(is_found, name, "")
            answer["verdict"] = tf.where(is_found, "attributed", "nobody")
        return answer

    pixels = np.zeros((SIDE, SIDE, 1), np.uint8)
    files = np.array([tf.io.encode_png(pixels).numpy()] * 2, object)
    return of(
        read,
        tf.TensorSpec((None,), tf.string, "image_bytes"),
        examples=[{"image_bytes": files}],
        **others,
    )
