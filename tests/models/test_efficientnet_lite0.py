import numpy as np

from tf_fingerprint.models import efficientnet_lite0

SIDE = 32


def convolved(features, kernel, bias, stride=1, *, depthwise=False):
    """A convolution as a loop over places, padded as TensorFlow's SAME."""
    size = kernel.shape[0]
    height = -(-features.shape[0] // stride)
    missing = max((height - 1) * stride + size - features.shape[0], 0)
    before = missing // 2
    padding = (before, missing - before)
    padded = np.pad(features, (padding, padding, (0, 0)))
    outputs = []
    for y in range(height):
        for x in range(height):
            window = padded[y * stride :][:size, x * stride :][:, :size]
            if depthwise:
                outputs.append((window * kernel[..., 0]).sum(axis=(0, 1)))
            else:
                outputs.append(np.tensordot(window, kernel, axes=3))
    return np.reshape(outputs, (height, height, -1)) + bias


def by_loops(image):
    """The four features of one picture, with NumPy alone."""
    arrays = np.load(efficientnet_lite0.WEIGHTS)

    def layer(features, name, stride=1, depthwise=False, rectified=True):
        kernel = arrays[f"{name}_w"].astype("float64")
        outputs = convolved(
            features, kernel, arrays[f"{name}_b"], stride, depthwise=depthwise
        )
        return np.clip(outputs, 0, 6) if rectified else outputs

    features, number, tapped = layer(image, "stem", 2), 0, []
    for expansion, _, stride, width, count in efficientnet_lite0.STAGES:
        for block in range(count):
            step = stride if block == 0 else 1
            inner = features
            if expansion > 1:
                inner = layer(inner, f"{number}e")
            inner = layer(inner, f"{number}d", step, depthwise=True)
            inner = layer(inner, f"{number}p", rectified=False)
            is_same = step == 1 and inner.shape == features.shape
            features = inner + features if is_same else inner
            number += 1
        if width in efficientnet_lite0.TAPPED_WIDTHS:
            tapped.append(features)
    return tapped


def test_features_are_those_of_slow_loops():
    image = np.random.default_rng(0).uniform(-1, 1, (SIDE, SIDE, 3))

    network = efficientnet_lite0.efficientnet_lite0(SIDE)
    found = network(image[None].astype("float32"))

    for features, expected in zip(found, by_loops(image), strict=True):
        np.testing.assert_allclose(features[0], expected, atol=1e-3)


def test_features_lie_at_four_scales_and_nothing_is_learned():
    network = efficientnet_lite0.efficientnet_lite0(64)

    shapes = [each.shape[1:] for each in network.outputs]
    assert shapes == [(16, 16, 24), (8, 8, 40), (4, 4, 112), (2, 2, 320)]
    assert not network.trainable_variables
