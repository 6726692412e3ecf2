import keras
import numpy as np
import pytest

from tf_fingerprint import models
from tf_fingerprint.layers import equalized

from ..layers import oracles
from ..randomized import randomize

# Of the paper's widths at 128 bits.
PARAMETERS = {128: 24_205_568, 256: 24_324_288}


@pytest.mark.parametrize("resolution", PARAMETERS)
def test_parameters_are_as_many_as_in_the_paper(resolution, monkeypatch):
    # Millions of zeros are faster than millions of draws.
    monkeypatch.setattr(equalized, "unit_normal", lambda *args: "zeros")

    decoder = models.Decoder(resolution)

    assert decoder.num_bits == 128
    assert decoder.count_params() == PARAMETERS[resolution]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("resolution", [16, 32])
def test_every_picture_has_latents_and_bits(resolution, channels):
    decoder = models.Decoder(
        resolution,
        num_bits=20,
        channels=channels,
        latent_dim=7,
        channel_base=32,
        max_channels=4,
    )

    latents, logits = decoder(
        oracles.normal(3, resolution, resolution, channels)
    )

    assert latents.shape == (3, 7)
    assert logits.shape == (3, 20)
    assert logits.dtype == "float32"


@pytest.mark.parametrize("remade", ["config", "clone", "file"])
def test_a_decoder_can_be_made_again(decoder, remade, tmp_path):
    randomize(decoder)
    if remade == "config":
        twin = models.Decoder.from_config(decoder.get_config())
    elif remade == "clone":
        twin = keras.models.clone_model(decoder)
    else:
        decoder.save(tmp_path / "decoder.keras")
        twin = keras.saving.load_model(tmp_path / "decoder.keras")
    if remade != "file":
        twin.set_weights(decoder.get_weights())

    images = oracles.normal(3, 16, 16, 3)

    # Keras clones the graph, which is all that its clone is.
    assert remade == "clone" or type(twin) is models.Decoder
    for ours, theirs in zip(twin(images), decoder(images), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_picture_is_decoded_alike_in_any_company(decoder):
    randomize(decoder)
    images = oracles.normal(4, 16, 16, 3)

    _, together = decoder(images)
    _, alone = decoder(images[:1])

    np.testing.assert_allclose(together[:1], alone, atol=1e-5)
