"""Reads picture files in the graph, and compares with training."""

import numpy as np
import tensorflow as tf

from export.servables import images
from tf_fingerprint import data

SIDE = 16


def make_reader(**options):
    """Reads files as a server does."""

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string)])
    def traced(contents):
        return images.read(contents, resolution=SIDE, **options)

    def call(*contents):
        pixels, status = traced(tf.constant(contents, tf.string))
        return pixels.numpy(), [each.decode() for each in status.numpy()]

    return call


def same_as_training(read, content, channels=3):
    """Checks that the graph reads a file as `data.read_image` does."""
    [pixels], [status] = read(content)

    assert status == images.OK
    expected = data.read_image(content, resolution=SIDE, channels=channels)
    np.testing.assert_array_equal(pixels, expected)
    assert np.ptp(expected) > 0
