"""Sealed instances: one fingerprint, folded into plain convolutions.

Under one fingerprint every modulation is a constant, so that a generator
amounts to a network of plain convolutions. That network is what a recipient
gets: it has no fingerprint to choose, no embedding and no affines to undo.
"""

import keras
import numpy as np
from keras import ops

from tf_fingerprint import fingerprints
from tf_fingerprint.layers import equalized
from tf_fingerprint.layers import modulation
from tf_fingerprint.layers import resampling
from tf_fingerprint.models import plain
from tf_fingerprint.models import synthesis
from tf_fingerprint.models import widths


def seal(generator, fingerprint, *, noise="random"):
    """A generator instance: plain layers that make one fingerprint's pictures.

    Equal to the generator under this fingerprint, up to rounding. Neither the
    fingerprint nor its style is in the instance, as a weight or otherwise.

    Args:
        generator: `Generator`, trained.
        fingerprint: `(num_bits,)` of 0 and 1.
        noise: What the generator was trained with. "random" makes a noise
            vector the second input; "fixed" has `fixed_noise` built in; "none"
            has no noise.

    Returns:
        `keras.Model` from `latents`, or `[latents, noise]`, to images
        `(batch, resolution, resolution, channels)`, float32, not clipped.

    Raises:
        ValueError: If `fingerprint` or `noise` is not as above.

    Reference:
        Yu et al., 2022, Section 3 (https://arxiv.org/abs/2012.08726).
    """
    weights = folded_weights(generator, fingerprint, noise=noise)
    instance = plain.plain_network(generator, noise=noise)
    for name, arrays in weights.items():
        instance.get_layer(name).set_weights(arrays)
    return instance


def folded_weights(generator, fingerprint, *, noise="random"):
    """The weights of a generator's instance for one fingerprint.

    Names and shapes are the same for all fingerprints: whoever makes many
    instances builds `plain_network` once and fills in these.

    Args:
        generator: `Generator`, trained.
        fingerprint: `(num_bits,)` of 0 and 1.
        noise: See `seal`.

    Returns:
        Dict from the name of each layer that has weights to its arrays, in
        the order that its `set_weights` takes.

    Raises:
        ValueError: If `fingerprint` or `noise` is not as in `seal`.
    """
    plain.check_noise(noise)
    bits = _checked_bits(generator, fingerprint)
    generator = in_float32(generator)
    network = generator.synthesis
    style = generator.embedding(bits[None])[0]
    channels = network.arguments["channels"]
    weights = {"content": _folded_content(network)}
    if noise == "fixed":
        weights["one"] = [np.zeros((generator.latent_dim, 1)), np.ones(1)]
    for size in widths.resolutions(network.arguments["resolution"]):
        if size > 4:
            weights[f"upsample_{size}"] = [_upsampling_kernel(channels)]
            up = network.get_layer(f"conv_up_{size}")
            weights |= _folded_conv(network, up, style, size, noise)
        conv = network.get_layer(f"conv_{size}")
        weights |= _folded_conv(network, conv, style, size, noise)
        shown = network.get_layer(f"to_image_{size}")
        weights[shown.name] = [_folded_kernel(shown, style), shown.bias]
    return {
        name: [_to_numpy(array) for array in arrays]
        for name, arrays in weights.items()
    }


def _checked_bits(generator, fingerprint):
    """The fingerprint as float32, if it can be one of this generator."""
    bits = fingerprints.check_bits(fingerprint)
    if bits.ndim != 1:
        raise ValueError(
            "`fingerprint` must be one fingerprint, an array with one axis. "
            f"Received {bits.ndim} axes. Seal one instance for each."
        )
    if len(bits) != generator.num_bits:
        raise ValueError(
            f"`fingerprint` must have {generator.num_bits} bits, as the "
            f"generator was trained. Received {len(bits)}. Was it issued for "
            "another generator?"
        )
    return bits.astype("float32")


def in_float32(generator):
    """The generator itself, or a copy if it computes in a shorter type."""
    if generator.synthesis.compute_dtype == "float32":
        return generator
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        copy = type(generator).from_config(generator.get_config())
    finally:
        keras.config.set_dtype_policy(policy)
    copy.set_weights(generator.get_weights())
    return copy


def _folded_content(network):
    """Kernel and bias of the layer that the latents enter."""
    content = network.get_layer("content")
    scale = content.kernel_scale * equalized.GAIN
    return [content.kernel * scale, content.bias * equalized.GAIN]


def _folded_conv(network, layer, style, size, noise):
    """Weights of a 3x3 convolution and of what follows it, by layer name.

    The rectifier is homogeneous, so that the factor behind it may as well
    stand before it: in the kernel, the noise's strength and the bias.
    """
    name = layer.name
    activation = network.get_layer(f"{name}_activation")
    kernel = _folded_kernel(layer, style)
    bias = activation.bias * equalized.GAIN
    strength = _to_numpy(activation.strength) * equalized.GAIN
    if layer.resample == "up":
        low_pass = np.tile(
            4 * resampling.TAPS[:, :, None, None], (1, 1, layer.filters, 1)
        )
        # Keras's transposed convolution has (h, w, o, i).
        kernel = ops.transpose(kernel, (0, 1, 3, 2))
        weights = {name: [kernel], f"{name}_low_pass": [low_pass, bias]}
    else:
        weights = {name: [kernel, bias]}
    if noise == "random":
        weights[f"{name}_noise"] = [np.reshape(strength, (1, 1, 1, 1))]
    elif noise == "fixed":
        maps = synthesis.fixed_noise(network.arguments["resolution"])
        begin = activation.offset
        part = maps[None, begin : begin + size**2]
        weights[f"{name}_noise"] = [part * strength]
    return weights


def _folded_kernel(layer, style):
    """The kernel that convolves like this layer under this style."""
    if isinstance(layer, modulation.ModulatedConv2D):
        return layer.modulated_kernel(style)
    return layer.kernel * (layer.kernel_scale * layer.gain)


def _upsampling_kernel(channels):
    """Low-pass filter of each channel alone, as a transposed convolution's."""
    taps = 4 * resampling.TAPS[:, :, None, None]
    return taps * np.eye(channels, dtype="float32")


def _to_numpy(array):
    return np.asarray(ops.convert_to_numpy(array), "float32")
