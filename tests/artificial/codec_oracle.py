"""The codec's networks once more, in NumPy, from their description."""

import numpy as np


class Weights:
    """Hands out kernels and biases in the order in which layers come."""

    def __init__(self, network):
        arrays = network.get_weights()
        self.pairs = iter(zip(arrays[::2], arrays[1::2], strict=True))

    def conv(self, images, stride=1, padding=(1, 1), activate=True):
        kernel, bias = next(self.pairs)
        padded = np.pad(images, ((0, 0), padding, padding, (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(
            padded, kernel.shape[:2], axis=(1, 2)
        )[:, ::stride, ::stride]
        outputs = np.einsum("nhwcij,ijco->nhwo", windows, kernel) + bias
        return np.maximum(outputs, 0) if activate else outputs

    def up(self, images):
        # Zeros at the right and the bottom only.
        return self.conv(nearest(images, 2), padding=(0, 1))

    def dense(self, features, activate=True):
        kernel, bias = next(self.pairs)
        outputs = features @ kernel + bias
        return np.maximum(outputs, 0) if activate else outputs


def nearest(images, factor):
    return images.repeat(factor, axis=1).repeat(factor, axis=2)


def coarse(images, factor):
    """Means over squares, and straight lines between their middles."""
    count, side, _, channels = images.shape
    small = images.reshape(
        count, side // factor, factor, side // factor, factor, channels
    ).mean(axis=(2, 4))
    places = (np.arange(side) + 0.5) / factor - 0.5
    middles = np.arange(side // factor)
    for axis in (1, 2):
        small = np.apply_along_axis(
            lambda line: np.interp(places, middles, line), axis, small
        )
    return small


def beside(*features):
    return np.concatenate(features, axis=3)


def encode(encoder, images, bits):
    """What the encoder makes of them."""
    weights = Weights(encoder)
    pattern = weights.dense(bits).reshape(-1, 16, 16, 3)
    inputs = beside(images, nearest(pattern, images.shape[1] // 16))
    conv1 = weights.conv(inputs)
    conv2 = weights.conv(conv1, 2)
    conv3 = weights.conv(conv2, 2)
    conv4 = weights.conv(conv3, 2)
    conv5 = weights.conv(conv4, 2)
    conv6 = weights.conv(beside(conv4, weights.up(conv5)))
    conv7 = weights.conv(beside(conv3, weights.up(conv6)))
    conv8 = weights.conv(beside(conv2, weights.up(conv7)))
    conv9 = weights.conv(beside(conv1, weights.up(conv8), inputs))
    outputs = weights.conv(weights.conv(conv9), padding=(0, 0), activate=False)
    mark_resolution = encoder.get_config()["mark_resolution"]
    if mark_resolution:
        outputs = coarse(outputs, outputs.shape[1] // mark_resolution)
    if encoder.get_config()["residual"]:
        return np.clip(images + outputs, 0, 1)
    return 1 / (1 + np.exp(-outputs))


def decode(decoder, images):
    """What the decoder reads in them."""
    weights = Weights(decoder)
    for stride in (2, 1, 2, 1, 2, 2, 2):
        images = weights.conv(images, stride)
    features = images.reshape(len(images), -1)
    return weights.dense(weights.dense(features), activate=False)
