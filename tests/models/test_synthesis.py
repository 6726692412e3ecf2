import keras
import numpy as np
import pytest

from tf_fingerprint import models
from tf_fingerprint.models import synthesis
from tf_fingerprint.models import widths

from ..layers import oracles
from ..layers.test_modulation import modulated_kernel
from ..randomized import randomize


def tiny_synthesis(**arguments):
    network = synthesis.Synthesis(
        16, latent_dim=6, style_dim=5, channel_base=32, **arguments
    )
    return randomize(network)


def inputs_for(network, batch_size=2):
    return [
        oracles.normal(batch_size, *tensor.shape[1:], seed=seed)
        for seed, tensor in enumerate(network.inputs)
    ]


class Slow:
    """The network of the paper's Section 3 for one sample, in NumPy."""

    def __init__(self, network, styles, noise):
        self.network = network
        self.styles = iter(styles)
        self.noise = noise

    def image(self, latent):
        content = self.network.get_layer("content")
        kernel = content.kernel.numpy() / np.sqrt(len(latent))
        vector = oracles.leaky(latent @ kernel + content.bias.numpy())
        features = vector.reshape(1, 4, 4, -1)
        features = self.conv("conv_4", features, next(self.styles))
        style = next(self.styles)
        image = self.shown("to_image_4", features, style)
        for size in (8, 16):
            features = self.conv(f"conv_up_{size}", features, style, "up")
            features = self.conv(f"conv_{size}", features, next(self.styles))
            style = next(self.styles)
            shown = self.shown(f"to_image_{size}", features, style)
            image = oracles.upsampled(image) + shown
        return image[0]

    def conv(self, name, features, style, resample=None):
        kernel = self.kernel(name, style)
        features = oracles.convolved(features, kernel, resample)
        _, height, width, _ = features.shape
        drawn, self.noise = np.split(self.noise, [height * width])
        activation = self.network.get_layer(f"{name}_activation")
        noise = drawn.reshape(1, height, width, 1)
        features = features + activation.strength.numpy() * noise
        return oracles.leaky(features + activation.bias.numpy())

    def shown(self, name, features, style):
        outputs = oracles.convolved(features, self.kernel(name, style))
        return outputs + self.network.get_layer(name).bias.numpy()

    def kernel(self, name, style):
        layer = self.network.get_layer(name)
        if hasattr(layer, "affine"):
            return modulated_kernel(layer, style)
        return layer.kernel.numpy() / np.sqrt(np.prod(layer.kernel.shape[:3]))


@pytest.mark.parametrize("modulated_resolutions", [(4, 256), (8, 8)])
@pytest.mark.parametrize("channels", [3, 1])
def test_pictures_equal_those_of_the_slow_network(
    channels, modulated_resolutions
):
    network = tiny_synthesis(
        channels=channels, modulated_resolutions=modulated_resolutions
    )
    latents, styles, noise = inputs_for(network)

    images = network([latents, styles, noise])

    for index, image in enumerate(images):
        slow = Slow(network, styles[index], noise[index])
        expected = slow.image(latents[index])
        assert slow.noise.size == 0
        np.testing.assert_allclose(image, expected, atol=1e-4)


@pytest.mark.parametrize("modulated", [(16, 16), (8, 8), (4, 256), (32, 64)])
def test_layers_outside_the_range_ignore_the_style(modulated):
    network = tiny_synthesis(modulated_resolutions=modulated)
    latents, styles, noise = inputs_for(network)
    names = ["conv_4", "conv_up_8", "conv_8", "conv_up_16", "conv_16"]
    layers = [network.get_layer(name) for name in names]
    probe = keras.Model(network.inputs, [layer.output for layer in layers])

    first = probe([latents, styles, noise])
    second = probe([latents, -styles, noise])

    reached = False
    low, high = modulated
    for name, before, after in zip(names, first, second, strict=True):
        reached = reached or low <= int(name.split("_")[-1]) <= high
        assert np.array_equal(before, after) != reached


def test_fixed_noise_is_the_same_for_ever():
    maps = models.fixed_noise(16)

    assert maps.shape == (models.num_noise(16),)
    assert maps.dtype == "float32"
    np.testing.assert_allclose(maps[:3], [1.7640524, 0.4001572, 0.9787380])


@pytest.mark.parametrize("resolution", [16, 64, 256])
def test_every_convolution_has_a_noise_map(resolution):
    sizes = widths.resolutions(resolution)

    assert models.num_noise(resolution) == 16 + sum(
        2 * size * size for size in sizes[1:]
    )


def test_a_synthesis_network_can_be_made_again():
    network = tiny_synthesis(affine_gain=0.5, noise_strength=0.1)
    config = keras.saving.serialize_keras_object(network)

    twin = keras.saving.deserialize_keras_object(config)

    twin.set_weights(network.get_weights())
    inputs = inputs_for(network)
    np.testing.assert_array_equal(twin(inputs), network(inputs))
