import numpy as np
import pytest

from tf_fingerprint.layers import modulation

from . import oracles
from .layer_contract import check_layer


def modulated_kernel(layer, style):
    """One sample's kernel, built as in the paper."""
    kernel = layer.kernel.numpy().astype("float64")
    height, width, channels, filters = kernel.shape
    affine = layer.affine.kernel.numpy() / np.sqrt(len(style))
    scale = 1 + layer.affine_gain * (style @ affine + layer.affine.bias.numpy())
    for channel in range(channels):
        kernel[:, :, channel] *= scale[channel]
    kernel /= np.sqrt(height * width * channels)
    if layer.demodulate:
        for index in range(filters):
            power = np.sum(kernel[..., index] ** 2)
            kernel[..., index] /= np.sqrt(power + 1e-8)
    return kernel


@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize(
    ("size", "resample"), [(3, "up"), (3, None), (1, None)]
)
def test_modulation_is_convolving_with_each_samples_own_kernel(
    demodulate, size, resample
):
    features = oracles.normal(3, 4, 5, 4)
    styles = oracles.normal(3, 7)
    layer = modulation.ModulatedConv2D(
        6, size, resample, demodulate=demodulate, use_bias=True, affine_gain=0.5
    )
    layer.build(features.shape, styles.shape)
    layer.affine.bias.assign(oracles.normal(4, seed=1))
    layer.bias.assign(oracles.normal(6, seed=2))

    outputs = layer(features, styles)

    for index, style in enumerate(styles):
        kernel = modulated_kernel(layer, style)
        expected = oracles.convolved(
            features[index : index + 1], kernel, resample
        )
        np.testing.assert_allclose(
            outputs[index], expected[0] + layer.bias.numpy(), atol=1e-4
        )
        np.testing.assert_allclose(
            layer.modulated_kernel(style), kernel, atol=1e-5
        )


def test_a_style_of_zero_leaves_the_channels_as_they_are():
    layer = modulation.ModulatedConv2D(6)
    layer.build((None, 4, 4, 3), (None, 7))

    np.testing.assert_array_equal(layer.scale(np.zeros((2, 7))), 1)


def test_demodulation_keeps_the_variance_under_any_style():
    features = oracles.normal(2, 32, 32, 8)
    styles = 5 * oracles.normal(2, 7)
    kept = modulation.ModulatedConv2D(16)(features, styles)
    lost = modulation.ModulatedConv2D(16, demodulate=False)(features, styles)

    assert np.std(kept) == pytest.approx(1, rel=0.1)
    assert not np.std(lost) == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize("resample", ["up", None])
def test_modulation_keeps_the_contract(resample):
    check_layer(
        lambda: modulation.ModulatedConv2D(4, resample=resample, use_bias=True),
        (2, 4, 4, 3),
        (2, 5),
        num_weights=4,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"resample": "down"},
        {"resample": "up", "kernel_size": 1},
        {"kernel_size": 4},
    ],
)
def test_wrong_arguments_are_named(arguments):
    with pytest.raises(ValueError, match="`resample` must be .*kernel_size="):
        modulation.ModulatedConv2D(4, **arguments)
