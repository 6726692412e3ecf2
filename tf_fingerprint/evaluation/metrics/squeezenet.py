"""SqueezeNet's features: a second opinion on how far pictures are apart.

What a training was held to by one network's features should be measured by
those of others; the costs on two networks are told side by side.

Reference:
    Iandola et al., 2016 (https://arxiv.org/abs/1602.07360).
"""

import os

import h5py
import keras
import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors

# What it is shown, whatever the pictures' size.
SIDE = 128

# Blue, green, red of its training's photographs.
_MEANS = np.array([103.939, 116.779, 123.68], "float32")


class SqueezeNetFeatures:
    """Features of SqueezeNet 1.1: the mean over positions of its last layer.

    Pictures are resized bilinearly to 128 x 128.

    `path`: the `.h5` file of the weights without top; `images`:
    `(images, height, width, 3)`, `uint8`. Returns `(images, 512)`, float32.
    """

    name = "squeezenet"
    num_features = 512

    def __init__(self, path: str | os.PathLike[str], *, batch_size: int = 32):
        try:
            with h5py.File(path) as file:
                self._weights = _weights(file)
            self._network = self._build()
        # Files of other things fail in as many ways as there are things.
        except Exception as error:
            raise errors.DataError(
                f"{path}: the weights of SqueezeNet 1.1 without its head must "
                f"be readable. {error!r}"
            ) from error
        self._batch_size = batch_size

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray:
        """Looks at the pictures."""
        features = []
        for start in range(0, len(images), self._batch_size):
            shown = keras.ops.image.resize(
                images[start : start + self._batch_size].astype("float32"),
                (SIDE, SIDE),
                interpolation="bilinear",
            )
            shown = shown[..., ::-1] - _MEANS
            seen = self._network(shown, training=False)
            features.append(keras.ops.convert_to_numpy(seen))
        return np.concatenate(features)

    def _build(self):
        images = keras.Input((SIDE, SIDE, 3))
        features = self._convolution(images, "conv1", stride=2)
        for number in range(2, 10):
            if number in (2, 4, 6):
                features = keras.layers.MaxPooling2D(3, 2)(features)
            squeezed = self._convolution(features, f"fire{number}/squeeze1x1")
            features = keras.layers.Concatenate()(
                [
                    self._convolution(squeezed, f"fire{number}/expand{size}")
                    for size in ("1x1", "3x3")
                ]
            )
        return keras.Model(
            images, keras.layers.GlobalAveragePooling2D()(features)
        )

    def _convolution(self, features, name, stride=1):
        kernel, bias = self._weights[name]
        layer = keras.layers.Conv2D(
            kernel.shape[-1],
            kernel.shape[:2],
            strides=stride,
            padding="valid" if stride == 2 else "same",
            activation="relu",
        )
        outputs = layer(features)
        layer.set_weights([kernel, bias])
        return outputs


def _weights(file):
    """Kernel and bias by the name of their layer."""
    found = {}
    for name in _names():
        arrays = []

        def collect(path, item, arrays=arrays):
            if isinstance(item, h5py.Dataset):
                arrays.append(item[()])

        file[name].visititems(collect)
        found[name] = sorted(arrays, key=lambda array: -array.ndim)
    return found


def _names():
    yield "conv1"
    for number in range(2, 10):
        for part in ("squeeze1x1", "expand1x1", "expand3x3"):
            yield f"fire{number}/{part}"
