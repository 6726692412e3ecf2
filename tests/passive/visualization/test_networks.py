import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from tf_fingerprint.passive import classifier as classifiers
from tf_fingerprint.passive.visualization import networks

TINY = {"channel_base": 64, "max_channels": 8}
SIDE = 16


def network(**options):
    return networks.Visualization(3, SIDE, **(TINY | options))


def images(count=4, seed=0):
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (count, SIDE, SIDE, 3)).astype("float32")


def test_the_papers_size_has_its_kernels():
    made = networks.Visualization(5, 128)

    assert made.kernels.shape == (128, 128, 3, 5)
    # Two convolutions of 512 at 4x4 beside the classifier's trunk.
    assert made.get_layer("code_1").output.shape[1:] == (4, 4, 512)
    assert made.get_layer("to_image").output.shape[1:] == (128, 128, 3)


def test_kernels_begin_as_noise_of_the_strength_asked_for(tmp_path):
    paper = networks.Visualization(3, 64, **TINY)
    faint = networks.Visualization(3, 64, **TINY, kernel_deviation=0.05)

    assert np.std(paper.kernels) == pytest.approx(1, rel=0.02)
    assert np.std(faint.kernels) == pytest.approx(0.05, rel=0.02)
    faint.save(tmp_path / "network.keras")
    read = keras.saving.load_model(tmp_path / "network.keras")
    assert read.get_config()["kernel_deviation"] == 0.05


def test_the_encoder_is_the_classifiers_trunk():
    trunk = classifiers.Classifier(3, SIDE, **TINY)
    made = network()

    for name in ("conv_16_0", "conv_16_1", "conv_8_0", "conv_8_1"):
        assert (
            made.get_layer(name).kernel.shape
            == trunk.get_layer(name).kernel.shape
        )


def test_logits_are_one_valid_convolution_of_the_image_fingerprint():
    made = network()
    shown = images()

    reconstructions, logits = made(shown)

    convolved = tf.nn.conv2d(
        shown - reconstructions,
        made.kernels / tf.sqrt(SIDE * SIDE * 3.0),
        strides=1,
        padding="VALID",
    )
    assert convolved.shape == (4, 1, 1, 3)
    np.testing.assert_allclose(logits, convolved[:, 0, 0], rtol=1e-4, atol=1e-4)


def test_the_reader_takes_pictures_apart():
    made = network()
    shown = images()

    reconstructions, fingerprints, logits = made.reader(shown)

    np.testing.assert_allclose(fingerprints, shown - reconstructions, atol=1e-6)
    assert np.abs(reconstructions).max() <= 1
    np.testing.assert_array_equal(logits, made(shown)[1])


def test_a_saved_network_keeps_its_labels(tmp_path):
    made = network(labels=("real", "dcgan", "diffusion"))
    made.save(tmp_path / "network.keras")

    read = keras.saving.load_model(tmp_path / "network.keras")

    assert read.labels == ("real", "dcgan", "diffusion")
    np.testing.assert_array_equal(read(images())[1], made(images())[1])


def test_bfloat16_leaves_fingerprints_in_float32():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        reconstructions, fingerprints, logits = network().reader(images())
    finally:
        keras.config.set_dtype_policy(policy)

    for each in (reconstructions, fingerprints, logits):
        assert keras.backend.standardize_dtype(each.dtype) == "float32"


def test_the_critic_sees_that_pictures_are_all_alike():
    critic = networks.Critic(SIDE, **TINY)
    alike = np.repeat(images(1), 4, axis=0)

    opinions = ops.convert_to_numpy(critic(alike))
    mixed = np.concatenate([alike[:1], images(3, seed=1)])
    others = ops.convert_to_numpy(critic(mixed))

    assert opinions.shape == (4, 1)
    # The first picture is the same; only its company is another.
    assert opinions[0] != others[0]


def test_what_is_no_network_is_refused():
    with pytest.raises(ValueError, match="`num_labels` must be at least 2"):
        networks.Visualization(1, SIDE)
    with pytest.raises(ValueError, match="`resolution` must be a power of two"):
        networks.Visualization(3, 24)
    with pytest.raises(ValueError, match="`labels` must be as many different"):
        network(labels=("real", "real", "dcgan"))
