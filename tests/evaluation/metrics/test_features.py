import pathlib

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import evaluation

SHARED = pathlib.Path(__file__).parents[4] / "shared" / "data"
WEIGHTS = SHARED / "features" / "mobilenet_v1_1.0_224_imagenet_uint8.npz"
CATS = SHARED / "afhqcat128_train.zip"
CAT_PICTURES = 500
NOISY_PICTURES = 150


def tiny_weights(seed=0):
    """A convolution, a depthwise one and a dense one, as the file has them."""
    generator = np.random.default_rng(seed)
    arrays = {"strides": np.int32([2, 1, 1]), "fc_bias": np.zeros(9)}
    for number, shape in enumerate([(3, 3, 3, 4), (3, 3, 4, 1), (1, 1, 4, 5)]):
        is_depthwise = number == 1
        arrays[f"{number:02}_w"] = generator.integers(0, 256, shape, "uint8")
        arrays[f"{number:02}_zero"] = np.int32(100 + number)
        arrays[f"{number:02}_scale"] = np.float32(0.01)
        arrays[f"{number:02}_bias"] = generator.normal(
            size=4 if is_depthwise else shape[-1]
        ).astype("float32")
        arrays[f"{number:02}_dw"] = np.bool_(is_depthwise)
    return arrays


def save(folder, arrays):
    np.savez(folder / "weights.npz", **arrays)
    return folder / "weights.npz"


def slow_features(image, arrays):
    """One picture's features, in loops over positions and offsets."""
    features = image / 127.5 - 1
    for number, stride in enumerate(arrays["strides"]):
        part = {k: arrays[f"{number:02}_{k}"] for k in ("w", "bias", "dw")}
        weights = part["w"].astype("float64") - arrays[f"{number:02}_zero"]
        weights *= arrays[f"{number:02}_scale"]
        kernel, size = len(weights), -(-len(features) // stride)
        margin = max((size - 1) * stride + kernel - len(features), 0)
        before = margin // 2
        pads = [(before, margin - before)] * 2 + [(0, 0)]
        padded = np.pad(features, pads)
        outputs = np.empty((size, size, len(part["bias"])))
        for y, x in np.ndindex(size, size):
            top, left = y * stride, x * stride
            patch = padded[top : top + kernel, left : left + kernel]
            equation = "hwc,hwcm->c" if part["dw"] else "hwc,hwco->o"
            outputs[y, x] = np.einsum(equation, patch, weights)
        features = np.clip(outputs + part["bias"], 0, 6)
    return features.mean(axis=(0, 1))


def test_features_are_those_of_a_slow_loop(tmp_path):
    arrays = tiny_weights()
    network = evaluation.MobileNetFeatures(save(tmp_path, arrays), batch_size=2)
    images = data.procedural_images(3, resolution=128)

    features = network(images)

    expected = [slow_features(image, arrays) for image in images]
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=1e-5)


def test_small_pictures_are_shown_bilinearly_resized(tmp_path):
    arrays = tiny_weights()
    network = evaluation.MobileNetFeatures(save(tmp_path, arrays))
    image = data.procedural_images(1, resolution=64)[0]
    planes = [
        np.asarray(
            Image.fromarray(image[..., channel].astype("float32")).resize(
                (128, 128), Image.Resampling.BILINEAR
            )
        )
        for channel in range(3)
    ]

    features = network(image[None])

    expected = slow_features(np.stack(planes, axis=-1), arrays)
    np.testing.assert_allclose(features[0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 8, 8, 3), "float32"),
        np.zeros((2, 8, 8, 1), "uint8"),
        np.zeros((8, 8, 3), "uint8"),
        np.zeros((0, 8, 8, 3), "uint8"),
    ],
)
def test_other_than_8_bit_colour_pictures_are_an_error(images, tmp_path):
    network = evaluation.MobileNetFeatures(save(tmp_path, tiny_weights()))

    with pytest.raises(ValueError, match="`images` must"):
        network(images)


@pytest.mark.parametrize("content", [None, b"", b"not an archive"])
def test_a_file_that_is_no_archive_is_an_error(content, tmp_path):
    path = tmp_path / "weights.npz"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(errors.DataError, match=r"weights\.npz: can't be read"):
        evaluation.MobileNetFeatures(path)


@pytest.mark.parametrize("name", ["strides", "01_bias", "02_w"])
def test_a_missing_array_is_named(name, tmp_path):
    arrays = tiny_weights()
    del arrays[name]

    with pytest.raises(errors.DataError, match=f"array `{name}`"):
        evaluation.MobileNetFeatures(save(tmp_path, arrays))


def test_layers_that_do_not_fit_together_are_an_error(tmp_path):
    arrays = tiny_weights()
    arrays["02_w"] = np.zeros((1, 1, 3, 5), "uint8")

    with pytest.raises(errors.DataError, match="layer 02 must take 4 channels"):
        evaluation.MobileNetFeatures(save(tmp_path, arrays))


@pytest.mark.skipif(
    not (WEIGHTS.exists() and CATS.exists()),
    reason="needs ../shared/data, which lies outside of the repository",
)
def test_distances_of_photographs_are_the_known_ones():
    # ../shared/data/MANIFEST.md: 347 for two halves of 500; kernel distance
    # about 0 there, and about 3 for noise of standard deviation 8.
    photographs = data.load(CATS, resolution=64).images
    generator = np.random.default_rng(0)
    order = generator.permutation(len(photographs))[: 2 * CAT_PICTURES]
    halves = photographs[order].reshape(2, CAT_PICTURES, 64, 64, 3)
    noisy = halves[1][:NOISY_PICTURES]
    noise = 8 * generator.standard_normal(noisy.shape)
    noisy = np.rint((noisy + noise).clip(0, 255)).astype("uint8")
    network = evaluation.MobileNetFeatures(WEIGHTS)
    first, second = network(halves[0]), network(halves[1])

    assert first.shape == (CAT_PICTURES, 1024)
    distance = evaluation.frechet_distance(first, second)
    assert distance == pytest.approx(347, rel=0.1)
    sizes = {"subset_size": CAT_PICTURES, "num_subsets": 1}
    distance, _ = evaluation.kernel_distance(first, second, **sizes)
    assert distance == pytest.approx(0, abs=0.15)
    sizes = {"subset_size": NOISY_PICTURES, "num_subsets": 1}
    distance, _ = evaluation.kernel_distance(first, network(noisy), **sizes)
    assert distance == pytest.approx(3, abs=1)
