"""What MobileNet sees in pictures: features to compare them by."""

import os

import numpy as np
import numpy.typing as npt
from keras import ops

from tf_fingerprint import data
from tf_fingerprint import errors

# What the network is shown, whatever the pictures' size.
INPUT_RESOLUTION = 128


class MobileNetFeatures:
    """Features of MobileNet v1, the mean over positions of its last layer.

    Pictures are resized bilinearly to 128 x 128, and those of grey are not
    taken. Weights lie in the file as 8-bit integers, `(w - zero) * scale`:
    arrays `NN_w`, `NN_scale`, `NN_zero`, `NN_bias` and `NN_dw` (whether
    depthwise) for each layer NN, and `strides`.

    Args:
        path: The `.npz` file.
        batch_size: Pictures looked at at a time.

    Call arguments:
        images: `(images, height, width, 3)`, `uint8`.

    Returns:
        `(images, 1024)`, float32, each from 0 to 6.

    Raises:
        DataError: If the file can't be read or lacks an array, or the arrays
            don't fit together.

    Reference:
        Howard et al., 2017 (https://arxiv.org/abs/1704.04861).
    """

    name = "mobilenet"

    def __init__(self, path: str | os.PathLike, *, batch_size: int = 64):
        self._layers = _layers(_arrays(path), path)
        self.num_features = self._layers[-1][1].shape[0]
        self._batch_size = batch_size

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray:
        """Looks at the pictures."""
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.shape[3:] != (3,):
            raise ValueError(
                "`images` must be uint8 pictures with three channels, in an "
                f"array with four axes. Received {images.dtype} with "
                f"{images.ndim} axes. Repeat the channel of grey pictures."
            )
        if not len(images):
            raise ValueError("`images` must hold at least one. Received 0.")
        return np.concatenate(
            [
                self._features(images[start : start + self._batch_size])
                for start in range(0, len(images), self._batch_size)
            ]
        )

    def _features(self, images):
        features = ops.image.resize(
            data.to_unit(images),
            (INPUT_RESOLUTION, INPUT_RESOLUTION),
            interpolation="bilinear",
            antialias=True,  # Matters for larger pictures alone.
            data_format="channels_last",
        )
        for weights, bias, stride, convolve in self._layers:
            features = convolve(
                features,
                weights,
                strides=stride,
                padding="same",
                data_format="channels_last",
            )
            features = ops.relu6(features + bias)
        return ops.convert_to_numpy(ops.mean(features, axis=(1, 2)))


def _arrays(path):
    """The arrays in a file of weights, by name."""
    try:
        with np.load(path) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # Broken archives fail in a dozen ways.
        raise errors.DataError(
            f"{path}: can't be read as weights of MobileNet, an .npz file. "
            f"{error}"
        ) from error


def _layers(arrays, path):
    """Weights, bias, stride and kind of convolution, layer by layer."""
    layers, channels = [], 3
    for number, stride in enumerate(_array(arrays, "strides", path, axes=1)):
        weights, bias, scale, zero, is_depthwise = (
            _array(arrays, f"{number:02}_{part}", path, axes)
            for part, axes in zip(
                ("w", "bias", "scale", "zero", "dw"),
                (4, 1, 0, 0, 0),
                strict=True,
            )
        )
        inputs, outputs = weights.shape[2:]
        if is_depthwise:
            outputs *= inputs
        if inputs != channels or len(bias) != outputs:
            raise errors.DataError(
                f"{path}: layer {number:02} must take {channels} channels and "
                f"have a bias for each of its {outputs}. Received {inputs} and "
                f"{len(bias)}. Are these the weights of MobileNet v1?"
            )
        weights = (weights.astype("float32") - np.float32(zero)) * scale
        layers.append(
            (
                ops.convert_to_tensor(weights, "float32"),
                ops.convert_to_tensor(bias, "float32"),
                int(stride),
                ops.depthwise_conv if is_depthwise else ops.conv,
            )
        )
        channels = outputs
    return layers


def _array(arrays, name, path, axes):
    """One array of the file, with that many axes."""
    if name not in arrays or arrays[name].ndim != axes:
        raise errors.DataError(
            f"{path}: must have an array `{name}` with {axes} axes. "
            + (
                f"Received {arrays[name].ndim}."
                if name in arrays
                else "There is none of that name."
            )
        )
    return arrays[name]
