"""Minibatch standard deviation: lets a discriminator see variety."""

import keras
from keras import ops

from tf_fingerprint.layers import arguments


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class MinibatchStandardDeviation(arguments.Arguments, keras.layers.Layer):
    """Appends a channel that says how much the images of a group differ.

    Args:
        group_size: Images compared with each other. 4 in the paper. A batch
            that it doesn't divide is one group.

    Call arguments:
        features: `(batch, height, width, channels)`.

    Returns:
        `(batch, height, width, channels + 1)`.

    Reference:
        Karras et al., 2018, Section 3 (https://arxiv.org/abs/1710.10196).
    """

    def __init__(self, group_size=4, **kwargs):
        super().__init__(**kwargs)
        self.group_size = group_size

    def call(self, features):
        batch = ops.shape(features)[0]
        _, height, width, channels = features.shape
        size = self._size(batch)
        # (g, m, h, w, c): image i is in group i % m, as in the reference.
        groups = ops.reshape(
            ops.cast(features, "float32"),
            (size, batch // size, height, width, channels),
        )
        variance = ops.mean(
            ops.square(groups - ops.mean(groups, axis=0, keepdims=True)), axis=0
        )
        deviation = ops.mean(ops.sqrt(variance + 1e-8), axis=(1, 2, 3))  # (m,)
        channel = ops.cast(ops.tile(deviation, (size,)), features.dtype)
        channel = ops.broadcast_to(
            channel[:, None, None, None], (batch, height, width, 1)
        )
        return ops.concatenate([features, channel], axis=-1)

    def _size(self, batch):
        """Images in a group."""
        if isinstance(batch, int):  # JAX compiles for one batch size.
            return batch if batch % self.group_size else self.group_size
        return ops.where(batch % self.group_size == 0, self.group_size, batch)

    def compute_output_shape(self, features_shape):
        return (*features_shape[:-1], features_shape[-1] + 1)
