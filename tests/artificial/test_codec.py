import keras
import numpy as np
import pytest

from tf_fingerprint import artificial
from tf_fingerprint.artificial import codec

from .. import tiny_codec
from . import codec_oracle

# Of the paper's widths at 100 bits.
DECODER_PARAMETERS = {32: 441_284, 128: 1_424_324, 256: 4_570_052}


@pytest.mark.parametrize("resolution", DECODER_PARAMETERS)
def test_parameters_are_as_many_as_in_the_paper(resolution):
    encoder = artificial.Encoder(resolution)
    decoder = artificial.Decoder(resolution)

    assert encoder.count_params() == 1_069_315
    assert decoder.count_params() == DECODER_PARAMETERS[resolution]


@pytest.mark.parametrize(
    ("residual", "mark_resolution"), [(False, 0), (True, 0), (True, 16)]
)
def test_both_networks_compute_what_numpy_does(residual, mark_resolution):
    images = np.random.default_rng(0).random((2, 64, 64, 3), np.float32)
    bits = tiny_codec.fingerprints(2)
    sizes = {"resolution": 64, "num_bits": 32, "width": 2}
    encoder = artificial.Encoder(
        **sizes,
        residual=residual,
        mark_resolution=mark_resolution,
        initializer="he",
    )
    decoder = artificial.Decoder(**sizes, dense_units=8, initializer="he")

    encoded = encoder([images, bits])
    logits = decoder(encoded)

    expected = codec_oracle.encode(encoder, images, bits)
    np.testing.assert_allclose(encoded, expected, atol=1e-5)
    np.testing.assert_allclose(
        logits, codec_oracle.decode(decoder, expected), atol=1e-4
    )


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize(("resolution", "num_bits"), [(32, 256), (64, 32)])
def test_pictures_stay_pictures_and_every_one_has_bits(
    resolution, num_bits, residual
):
    random = np.random.default_rng(0)
    images = random.random((3, resolution, resolution, 3), np.float32)
    bits = random.integers(0, 2, (3, num_bits)).astype("float32")
    encoder = artificial.Encoder(
        resolution, num_bits, width=2, residual=residual, initializer="he"
    )
    decoder = artificial.Decoder(resolution, num_bits, width=2)

    encoded = np.array(encoder([images, bits]))
    logits = decoder(encoded)

    assert encoded.shape == images.shape
    assert encoded.min() >= 0
    assert encoded.max() <= 1
    assert logits.shape == (3, num_bits)
    assert encoded.dtype == logits.dtype == "float32"


def test_a_residual_is_added_to_the_photograph():
    images = tiny_codec.photographs(2) / np.float32(255)
    bits = tiny_codec.fingerprints(2)
    encoder = tiny_codec.build_encoder(residual=True)
    last = encoder.get_layer("residual")
    last.kernel.assign(0 * last.kernel)
    last.bias.assign([0.25, 0, -2])

    encoded = np.array(encoder([images, bits]))

    np.testing.assert_allclose(
        encoded[..., 0], np.minimum(images[..., 0] + 0.25, 1), atol=1e-6
    )
    np.testing.assert_array_equal(encoded[..., 1], images[..., 1])
    np.testing.assert_array_equal(encoded[..., 2], 0)


def test_every_bit_and_every_pixel_count():
    encoder = artificial.Encoder(32, 32, width=8, initializer="he")
    images = tiny_codec.photographs(1) / np.float32(255)
    bits = tiny_codec.fingerprints(1)
    flipped = np.abs(bits - np.eye(32, dtype="float32"))

    before = np.array(encoder([images, bits]))
    after = encoder([np.repeat(images, 32, axis=0), flipped])
    darker = encoder([images - np.float32(0.1), bits])

    assert np.abs(after - before).max(axis=(1, 2, 3)).min() > 1e-5
    assert np.abs(darker - before).min(axis=(1, 2)).max() > 0


@pytest.mark.parametrize(
    ("initializer", "size"), [("torch", 1 / 3), ("he", 2.0)]
)
def test_weights_begin_as_large_as_their_framework_makes_them(
    initializer, size
):
    keras.utils.set_random_seed(0)
    decoder = artificial.Decoder(32, initializer=initializer)

    for name, fan_in in (("conv4", 9 * 64), ("dense", 128)):
        layer = decoder.get_layer(name)
        kernel, bias = np.array(layer.kernel), np.array(layer.bias)
        assert kernel.var() * fan_in == pytest.approx(size, rel=0.05)
        assert np.abs(kernel).max() <= (3 * size / fan_in) ** 0.5
        largest = fan_in**-0.5 if initializer == "torch" else 0
        assert np.abs(bias).max() == pytest.approx(largest, rel=0.1)


@pytest.mark.parametrize(
    "network", [tiny_codec.build_encoder, tiny_codec.build_decoder]
)
@pytest.mark.parametrize("remade", ["config", "file"])
def test_a_network_can_be_made_again(network, remade, tmp_path):
    one = network(name="either")
    inputs = tiny_codec.photographs(2) / np.float32(255)
    if isinstance(one, artificial.Encoder):
        inputs = [inputs, tiny_codec.fingerprints(2)]

    if remade == "config":
        twin = type(one).from_config(one.get_config())
        twin.set_weights(one.get_weights())
    else:
        one.save(tmp_path / "network.keras")
        twin = keras.saving.load_model(tmp_path / "network.keras")

    assert type(twin) is type(one)
    assert twin.get_config() == one.get_config()
    np.testing.assert_array_equal(twin(inputs), one(inputs))


@pytest.mark.parametrize("kind", [codec.Encoder, codec.Decoder])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resolution": 48}, "`resolution` must be one of 32, 64, .* 48"),
        ({"resolution": 512}, "`resolution` must be one of .* 512"),
        ({"num_bits": 31}, "`num_bits` must be between 32 and 256. .* 31"),
        ({"num_bits": 257}, "`num_bits` must be .* Received 257"),
        ({"width": 0}, "`width` must be at least 1. Received 0"),
        ({"initializer": "best"}, "`initializer` .* torch, he. .* 'best'"),
    ],
)
def test_sizes_that_no_codec_has_are_refused(kind, options, message):
    with pytest.raises(ValueError, match=message):
        kind(**{"resolution": 64, **options})


@pytest.mark.parametrize("mark_resolution", [-4, 2, 24, 64, 128])
def test_a_mark_is_as_coarse_as_halving_makes_it(mark_resolution):
    with pytest.raises(ValueError, match="one of 32, 16, 8, 4. Received"):
        codec.Encoder(64, residual=True, mark_resolution=mark_resolution)


def test_only_a_difference_can_be_coarser_than_its_picture():
    with pytest.raises(ValueError, match="`residual` must be true"):
        codec.Encoder(64, mark_resolution=16)
