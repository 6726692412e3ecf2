import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint import models
from tf_fingerprint.layers import equalized
from tf_fingerprint.models import widths

from ..randomized import randomize

# Of the paper's widths at 128 bits: embedding, synthesis.
PARAMETERS = {128: (1_904_640, 26_618_269), 256: (1_904_640, 26_860_514)}


def inputs_for(generator, batch_size=3):
    random = np.random.default_rng(0)
    bits = random.integers(0, 2, (batch_size, generator.num_bits))
    return [
        random.normal(size=(batch_size, generator.latent_dim)).astype("f"),
        bits.astype("f"),
        random.normal(size=(batch_size, generator.num_noise)).astype("f"),
    ]


@pytest.mark.parametrize("resolution", PARAMETERS)
def test_parameters_are_as_many_as_in_the_paper(resolution, monkeypatch):
    # Millions of zeros are faster than millions of draws.
    monkeypatch.setattr(equalized, "unit_normal", lambda *args: "zeros")

    generator = models.Generator(resolution)

    assert generator.num_bits == 128
    assert (
        generator.embedding.count_params(),
        generator.synthesis.count_params(),
    ) == PARAMETERS[resolution]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("resolution", [16, 32])
def test_pictures_have_the_resolution_asked_for(resolution, channels):
    generator = models.Generator(
        resolution,
        num_bits=8,
        channels=channels,
        channel_base=64,
        max_channels=4,
        latent_dim=4,
        style_dim=4,
        embedding_layers=1,
    )

    images = generator(inputs_for(generator))

    assert images.shape == (3, resolution, resolution, channels)
    assert images.dtype == "float32"
    assert generator.num_noise == models.num_noise(resolution)


@pytest.mark.parametrize("resolution", [64, 256])
def test_large_pictures_can_be_built(resolution):
    generator = models.Generator(
        resolution, num_bits=512, channel_base=256, max_channels=4
    )

    assert generator.output_shape == (None, resolution, resolution, 3)
    sizes = len(widths.resolutions(resolution))
    assert len(generator.synthesis.get_config()) > 0
    assert generator.get_layer("styles").output.shape[1] == 2 * sizes


@pytest.mark.parametrize("remade", ["config", "clone", "file"])
def test_a_generator_can_be_made_again(generator, remade, tmp_path):
    randomize(generator)
    if remade == "config":
        twin = models.Generator.from_config(generator.get_config())
    elif remade == "clone":
        twin = keras.models.clone_model(generator)
    else:
        generator.save(tmp_path / "generator.keras")
        twin = keras.saving.load_model(tmp_path / "generator.keras")
    if remade != "file":
        twin.set_weights(generator.get_weights())

    inputs = inputs_for(generator)

    # Keras clones the graph, which is all that its clone is.
    assert remade == "clone" or type(twin) is models.Generator
    assert remade == "clone" or twin.get_config() == generator.get_config()
    np.testing.assert_array_equal(twin(inputs), generator(inputs))


def test_latents_fingerprints_and_noise_all_change_the_picture(generator):
    randomize(generator)
    inputs = inputs_for(generator)
    images = generator(inputs).numpy()

    for index, values in enumerate(inputs):
        changed = list(inputs)
        changed[index] = 1 - values

        assert np.abs(generator(changed) - images).max() > 1e-3


def test_all_layers_have_the_embeddings_style(generator):
    _, fingerprints, _ = inputs_for(generator)

    styles = generator.styles(fingerprints)

    assert styles.shape == (3, models.synthesis.num_styles(16), 5)
    for index in range(styles.shape[1]):
        np.testing.assert_array_equal(
            styles[:, index], generator.embedding(fingerprints)
        )


def test_without_embedding_layers_bits_steer_directly():
    generator = models.Generator(
        16,
        num_bits=8,
        style_dim=8,
        embedding_layers=0,
        signed_bits=True,
        latent_dim=4,
        channel_base=32,
        max_channels=4,
    )
    _, fingerprints, _ = inputs_for(generator)

    assert not generator.embedding.weights
    np.testing.assert_array_equal(
        generator.styles(fingerprints)[:, 0], 2 * fingerprints - 1
    )


def test_the_path_length_penalty_has_gradients(generator):
    randomize(generator)
    latents, fingerprints, noise = map(tf.constant, inputs_for(generator))
    with tf.GradientTape() as tape:
        styles = generator.styles(fingerprints)
        with tf.GradientTape() as inner:
            inner.watch(styles)
            total = tf.reduce_sum(generator.synthesis([latents, styles, noise]))
        penalty = tf.reduce_sum(inner.gradient(total, styles) ** 2)
    # An image's biases don't change how it follows the style.
    weights = [
        weight.value
        for weight in generator.trainable_weights
        if weight.path.endswith("kernel")
    ]

    gradients = tape.gradient(penalty, weights)

    assert weights
    assert all(np.any(gradient) for gradient in gradients)


@pytest.mark.slow
def test_low_precision_makes_float32_pictures():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator = models.Generator(
            16, num_bits=8, latent_dim=4, channel_base=32, max_channels=4
        )
    finally:
        keras.config.set_dtype_policy(policy)

    assert generator.synthesis.get_layer("conv_8").compute_dtype == "bfloat16"
    assert generator(inputs_for(generator)).dtype == "float32"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_bits": 4}, "between 8 and 512.*num_bits=4"),
        ({"num_bits": 513}, "between 8 and 512.*num_bits=513"),
        ({"channels": 4}, r"3 \(RGB\) or 1 \(grey\).*channels=4"),
        ({"modulated_resolutions": (64, 4)}, "smallest and the largest"),
        ({"modulated_resolutions": (4,)}, "smallest and the largest"),
        ({"embedding_layers": 0, "style_dim": 64}, "style_dim=64 and 128 bits"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.Generator(16, channel_base=32, max_channels=4, **arguments)
