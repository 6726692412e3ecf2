import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint import models
from tf_fingerprint.layers import equalized

from ..layers import oracles
from ..randomized import randomize

# Of the paper's widths.
PARAMETERS = {128: 23_882_369, 256: 24_001_089}


@pytest.mark.parametrize("resolution", PARAMETERS)
def test_parameters_are_as_many_as_in_the_paper(resolution, monkeypatch):
    # Millions of zeros are faster than millions of draws.
    monkeypatch.setattr(equalized, "unit_normal", lambda *args: "zeros")

    discriminator = models.Discriminator(resolution)

    assert discriminator.count_params() == PARAMETERS[resolution]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("resolution", [16, 32])
def test_every_picture_has_one_logit(resolution, channels):
    discriminator = models.Discriminator(
        resolution, channels=channels, channel_base=32, max_channels=4
    )

    logits = discriminator(oracles.normal(4, resolution, resolution, channels))

    assert logits.shape == (4, 1)
    assert logits.dtype == "float32"


@pytest.mark.parametrize("remade", ["config", "clone", "file"])
def test_a_discriminator_can_be_made_again(discriminator, remade, tmp_path):
    randomize(discriminator)
    if remade == "config":
        twin = models.Discriminator.from_config(discriminator.get_config())
    elif remade == "clone":
        twin = keras.models.clone_model(discriminator)
    else:
        discriminator.save(tmp_path / "discriminator.keras")
        twin = keras.saving.load_model(tmp_path / "discriminator.keras")
    if remade != "file":
        twin.set_weights(discriminator.get_weights())

    images = oracles.normal(4, 16, 16, 3)

    # Keras clones the graph, which is all that its clone is.
    assert remade == "clone" or type(twin) is models.Discriminator
    np.testing.assert_array_equal(twin(images), discriminator(images))


def test_the_trunk_equals_its_formula(discriminator):
    block = randomize(discriminator).get_layer("block_16")
    features = oracles.normal(1, 16, 16, block.conv.filters)

    outputs = block(features)

    def conv(layer, features):
        kernel = layer.kernel.numpy() * layer.kernel_scale
        return oracles.convolved(features, kernel, layer.resample)

    hidden = oracles.leaky(conv(block.conv, features) + block.conv.bias.numpy())
    hidden = conv(block.conv_down, hidden) + block.conv_down.bias.numpy()
    expected = oracles.leaky(hidden) + conv(block.shortcut, features)
    np.testing.assert_allclose(outputs, expected / np.sqrt(2), atol=1e-4)


def test_a_logit_depends_on_the_pictures_beside_it(discriminator):
    randomize(discriminator)
    images = oracles.normal(4, 16, 16, 3)
    alike = np.repeat(images[:1], 4, axis=0)

    assert np.abs(discriminator(images) - discriminator(alike))[0] > 1e-4


def test_the_r1_penalty_has_gradients(discriminator):
    randomize(discriminator)
    images = tf.constant(oracles.normal(4, 16, 16, 3))
    with tf.GradientTape() as tape:
        with tf.GradientTape() as inner:
            inner.watch(images)
            total = tf.reduce_sum(discriminator(images))
        penalty = tf.reduce_sum(inner.gradient(total, images) ** 2)
    kernels = [
        weight.value
        for weight in discriminator.trainable_weights
        if weight.path.endswith("kernel")
    ]

    gradients = tape.gradient(penalty, kernels)

    assert kernels
    assert all(np.any(gradient) for gradient in gradients)
