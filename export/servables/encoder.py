"""The encoder of a codec, which marks pictures. Its owner's, never others'.

Whoever can reach it marks pictures that accuse whomever they like.

Signature `serving_default`: pictures marked with fingerprints.

Request:
    image_bytes: `(n,)`, string. PNG or JPEG files of any size, read as
        `export.servables.images` says.
    fingerprint: `(n, num_bits)`, `int32`, of 0 and 1. Any other value fails
        the request.

Response:
    image_bytes: `(n,)`, string. PNG files of the codec's size; empty for a
        row that can't be read.
    status: `(n,)`, string. `ok`, or why the row can't be read: `bad_image`,
        `too_large`, `unsupported_format`. Such a row never fails the others.
"""

import numpy as np
import tensorflow as tf

from export.servables import images
from export.servables import random_inputs
from export.servables import servable
from export.servables import signatures
from tf_fingerprint import artificial
from tf_fingerprint import errors


def encoder(
    run: artificial.CodecRun, *, allow_open: bool = False
) -> servable.Servable:
    """The encoder as a servable; its contract is this module's.

    Args:
        run: The run whose encoder it is.
        allow_open: Must be True: it says that whoever exports knows that this
            is not for recipients.

    Raises:
        errors.ExportError: If `allow_open` is not True, or the run has no
            encoder.
    """
    if not isinstance(run, artificial.CodecRun):
        raise errors.ExportError(
            "The run must be a codec's, for its encoder to be exported. It is "
            "a generator's, which marks what it makes itself. Export its "
            "`open-generator`."
        )
    if allow_open is not True:
        raise errors.ExportError(
            "The encoder marks pictures with anybody's fingerprint, so it must "
            "never reach a recipient. It was asked for without `allow_open`. "
            "Mark pictures with `tf-fingerprint embed`, or allow it."
        )
    return servable.Servable(
        module=servable.module_of(run.encoder.weights),
        signatures={"serving_default": _marking(run)},
        examples={"serving_default": _examples(run)},
        metadata={
            "kind": "encoder",
            **signatures.metadata(run),
        },
    )


def _marking(run):
    """From files and fingerprints to files."""
    num_bits = run.record.num_bits
    form = {
        "resolution": run.config.data.resolution,
        "channels": run.config.data.channels,
    }

    def network(pixels, bits):
        inputs = [tf.cast(pixels, tf.float32) / 255, bits]
        outputs = run.encoder(inputs, training=False)
        levels = tf.clip_by_value(tf.cast(outputs, tf.float32), 0, 1) * 255
        return tf.cast(tf.round(levels), tf.uint8)

    def mark(image_bytes, fingerprint):
        image_bytes = tf.ensure_shape(image_bytes, (None,))
        bits = random_inputs.checked_bits(
            tf.ensure_shape(fingerprint, (None, num_bits))
        )
        # Beside the processor there may be a device that knows no strings.
        with tf.device("/device:CPU:0"):
            pixels, status = images.read(image_bytes, **form)
        marked = random_inputs.through(network, pixels, bits)
        with tf.device("/device:CPU:0"):
            files = random_inputs.png_rows(marked)
            is_read = tf.equal(status, images.OK)
            files = tf.where(is_read, files, tf.zeros_like(files))
        return {"image_bytes": files, "status": status}

    return tf.function(
        lambda image_bytes, fingerprint: mark(image_bytes, fingerprint),
        [
            tf.TensorSpec((None,), tf.string, "image_bytes"),
            tf.TensorSpec((None, num_bits), tf.int32, "fingerprint"),
        ],
    )


def _examples(run):
    """Requests of one and of eight rows."""
    random = np.random.default_rng(0)
    return [
        {
            **request,
            "fingerprint": random.integers(
                0,
                2,
                (len(request["image_bytes"]), run.record.num_bits),
                np.int32,
            ),
        }
        for request in signatures.examples(run)["serving_default"]
    ]
