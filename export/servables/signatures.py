"""The two forms in which pictures arrive at a decoder, and what it reads.

Servers may merge requests before the graph (`--enable_batching`). That is safe
here, because a file that can't be read fails no row but its own. Batching
inside the graph, around the network only (`nondifferentiable_batch_function`),
was tried and left out: it survives a reload, but refuses requests of more rows
than it was exported for, and on one core gained nothing. With merging on, a
server still refuses to merge `images` of different sizes, so clients whose
sizes differ should send files.
"""

import io

import numpy as np
import tensorflow as tf
from PIL import Image

from export.servables import images
from export.servables import random_inputs
from tf_fingerprint import artificial
from tf_fingerprint.scalable import run as scalable_run


def signatures(run: scalable_run.Run, respond):
    """The two forms in which pictures arrive, and one answer to both.

    `respond`: makes the response of logits and status.
    """

    return two_forms(
        _reader(run),
        run.config.networks.num_bits,
        respond,
        resolution=run.config.data.resolution,
        channels=run.config.data.channels,
    )


def two_forms(network, width, respond, **form):
    """As `signatures`, for any network that reads pictures.

    `network`: from 8-bit pixels to `(n, width)`; `width`: how much it says of
    each; `respond`: makes the response of what it says and of the status; for a
    row that can't be read, it says zeros.
    """

    def said(pixels):
        return tf.cast(network(pixels), tf.float32)

    def logits_of(pixels):
        logits = random_inputs.through(said, pixels)
        return tf.ensure_shape(logits, (None, width))

    def from_bytes(image_bytes):
        image_bytes = tf.ensure_shape(image_bytes, (None,))
        # Beside the processor there may be a device that knows no strings.
        with tf.device("/device:CPU:0"):
            pixels, status = images.read(image_bytes, **form)
        is_read = tf.equal(status, images.OK)[:, None]
        logits = logits_of(pixels)
        logits = tf.where(is_read, logits, tf.zeros_like(logits))
        return respond(logits, status)

    def from_pixels(given):
        with tf.device("/device:CPU:0"):
            pixels = images.fit(given, **form)
        status = tf.fill(tf.shape(pixels)[:1], images.OK)
        return respond(logits_of(pixels), status)

    return {
        "serving_default": tf.function(
            from_bytes, [tf.TensorSpec((None,), tf.string, "image_bytes")]
        ),
        "images": tf.function(
            lambda images: from_pixels(images),
            [tf.TensorSpec((None, None, None, None), tf.uint8, "images")],
        ),
    }


def _reader(run):
    """From pixels to logits: the two methods scale pixels differently."""
    if isinstance(run, artificial.CodecRun):
        return lambda pixels: run.decoder(
            tf.cast(pixels, tf.float32) / 255, training=False
        )
    return lambda pixels: run.decoder(
        random_inputs.to_unit(pixels), training=False
    )[1]


def readings(logits, status):
    """What logits say, for a response."""
    bits = tf.cast(logits > 0, tf.int32)
    is_read = tf.equal(status, images.OK)
    digits = _hexadecimal(bits)
    return {
        "logits": logits,
        "bits": bits,
        "fingerprint_hex": tf.where(is_read, digits, tf.zeros_like(digits)),
    }


def examples(run: scalable_run.Run):
    """Requests of one and of eight grey pictures for each signature."""
    data = run.config.data
    return examples_of(data.resolution, data.channels)


def examples_of(side, channels):
    """As `examples`, for pictures of a size."""
    pixels = np.full((side, side, channels), 127, np.uint8)
    files = []
    for kind in ("PNG", "JPEG"):
        file = io.BytesIO()
        Image.fromarray(np.squeeze(pixels)).save(file, kind)
        files.append(file.getvalue())
    return {
        "serving_default": [
            {"image_bytes": np.array(files[:1], object)},
            {"image_bytes": np.array(files * 4, object)},
        ],
        "images": [
            {"images": np.stack([pixels] * number)} for number in (1, 8)
        ],
    }


def metadata(run: scalable_run.Run):
    """What a reader should know of the decoder and of what it takes."""
    return {
        "generator_digest": run.generator_digest,
        "decoder_digest": run.decoder_digest,
        "num_bits": run.config.networks.num_bits,
        **metadata_of(run.config.data.resolution, run.config.data.channels),
    }


def metadata_of(resolution, channels):
    """What a reader should know of what any network that reads takes."""
    return {
        "resolution": resolution,
        "channels": channels,
        "formats": ["png", "jpeg"],
        "max_image_bytes": images.MAX_BYTES,
        "max_image_pixels": images.MAX_PIXELS,
        "fit": "centred square; area mean where the factor is whole, "
        "else Lanczos",
    }


def _hexadecimal(bits):
    """As `fingerprints.to_hex`, `(batch,)`."""
    num_bits = bits.shape[-1]
    filled = tf.pad(bits, [[0, 0], [0, -num_bits % 4]])
    groups = tf.reshape(filled, (-1, -(-num_bits // 4), 4))
    values = tf.reduce_sum(groups * tf.constant([8, 4, 2, 1]), axis=-1)
    digits = tf.gather(tf.constant(list("0123456789abcdef")), values)
    return tf.strings.reduce_join(digits, axis=-1)
