"""Files of weights, and InceptionV3."""

import keras
import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import evaluation
from tf_fingerprint.evaluation.metrics import extractors

from ..weights import save_tiny_weights

pytestmark = pytest.mark.slow


def test_an_npz_is_mobilenet_s(tmp_path):
    path = save_tiny_weights(tmp_path, num_features=7)

    network = extractors.load(path)

    assert isinstance(network, evaluation.MobileNetFeatures)
    assert (network.name, network.num_features) == ("mobilenet", 7)
    seen = network(data.procedural_images(2, resolution=16))
    assert seen.shape == (2, 7)


@pytest.mark.parametrize("name", ["weights.txt", "weights.npz", "weights.h5"])
def test_a_missing_file_is_a_named_failure(name, tmp_path):
    with pytest.raises(errors.DataError, match=name):
        extractors.load(tmp_path / name)


def test_a_file_of_other_weights_is_a_named_failure(tmp_path):
    path = tmp_path / "weights.h5"
    path.write_bytes(b"not HDF5")

    with pytest.raises(errors.DataError, match=r"weights\.h5"):
        extractors.load(path)


@pytest.mark.slow
def test_inception_sees_pictures_of_any_size_with_given_weights(tmp_path):
    keras.utils.set_random_seed(0)
    network = keras.applications.InceptionV3(
        include_top=False, pooling="avg", weights=None
    )
    network.save_weights(tmp_path / "inception.weights.h5")
    images = data.procedural_images(2, resolution=32)

    extractor = extractors.load(tmp_path / "inception.weights.h5")
    seen = extractor(images)

    assert seen.shape == (2, extractor.num_features) == (2, 2048)
    # The known way: resized by Pillow's kin in Keras, scaled to [-1, 1].
    shown = keras.ops.image.resize(
        keras.applications.inception_v3.preprocess_input(
            images.astype("float32")
        ),
        (299, 299),
        interpolation="bilinear",
        data_format="channels_last",
    )
    expected = np.asarray(network(shown, training=False))
    np.testing.assert_allclose(seen, expected, rtol=1e-2, atol=1e-3)
