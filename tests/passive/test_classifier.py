import keras
import numpy as np
import pytest

from tf_fingerprint.layers import equalized
from tf_fingerprint.passive import bands
from tf_fingerprint.passive.classifier import Classifier

from ..layers import oracles
from ..randomized import randomize

# Of the paper's widths at 128 pixels, by the number of sources.
PARAMETERS = {5: 8_913_797, 11: 8_916_875}

WIDTHS = {"channel_base": 64, "max_channels": 16}

VARIANTS = [
    ("full", 4),
    ("postpool", 32),
    ("postpool", 8),
    ("postpool", 4),
    ("low", 16),
    ("low", 4),
    ("high", 16),
    ("high", 4),
]


@pytest.mark.parametrize("num_labels", PARAMETERS)
def test_parameters_are_as_many_as_in_the_paper(num_labels, monkeypatch):
    # Millions of zeros are faster than millions of draws.
    monkeypatch.setattr(equalized, "unit_normal", lambda *args: "zeros")

    classifier = Classifier(num_labels, 128)

    assert classifier.count_params() == PARAMETERS[num_labels]


@pytest.mark.parametrize("resolution", [16, 32, 64, 128, 256])
def test_every_power_of_two_has_a_classifier(resolution):
    classifier = Classifier(3, resolution, channel_base=16, max_channels=4)

    assert classifier.input_shape == (None, resolution, resolution, 3)
    assert classifier.output_shape == (None, 3)


@pytest.mark.parametrize(("variant", "switching"), VARIANTS)
def test_every_variant_classifies_and_comes_from_its_config(variant, switching):
    images = oracles.normal(2, 32, 32, 3)
    made = Classifier(
        3,
        32,
        variant=variant,
        switching_resolution=switching,
        labels=("a", "b", "c"),
        **WIDTHS,
    )
    twin = Classifier.from_config(made.get_config())
    twin.set_weights(randomize(made).get_weights())

    features, logits = made.reader(images)

    assert features.shape == (2, 16)
    assert logits.shape == (2, 3)
    assert logits.dtype == "float32"
    assert twin.labels == ("a", "b", "c")
    np.testing.assert_array_equal(twin(images), logits)
    assert np.abs(logits[0] - logits[1]).max() > 1e-3


def test_each_band_is_blind_to_the_other():
    made = {
        band: Classifier(3, 32, variant=band, switching_resolution=8, **WIDTHS)
        for band in ("low", "high")
    }
    even = np.full((1, 32, 32, 3), 0.5, "float32")
    fine = even * np.where(np.indices((32, 32)).sum(0) % 2, 1, -1)[..., None]

    # A checkerboard of single pixels is nothing to the low band.
    np.testing.assert_allclose(
        made["low"](fine + even), made["low"](even), atol=1e-3
    )
    np.testing.assert_allclose(
        made["high"](fine + even), made["high"](fine), atol=1e-3
    )
    assert np.abs(bands.high(fine, 8)).max() > 0.4


def test_a_classifier_keeps_its_labels_in_its_file(tmp_path):
    made = randomize(Classifier(2, 16, labels=("real", "dcgan"), **WIDTHS))
    images = oracles.normal(2, 16, 16, 3)

    made.save(tmp_path / "classifier.keras")
    read = keras.saving.load_model(tmp_path / "classifier.keras")

    assert type(read) is Classifier
    assert read.labels == ("real", "dcgan")
    np.testing.assert_array_equal(read(images), made(images))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_labels": 1}, "`num_labels` must be"),
        ({"resolution": 48}, "`resolution` must be"),
        ({"variant": "mid"}, "`variant` must be"),
        ({"variant": "high", "switching_resolution": 32}, "`switching_re"),
        ({"variant": "low", "switching_resolution": 64}, "`switching_re"),
        ({"variant": "low", "switching_resolution": 2}, "`switching_re"),
        ({"labels": ("a", "b")}, "`labels` must be"),
        ({"labels": ("a", "b", "a")}, "`labels` must be"),
    ],
)
def test_arguments_that_make_no_network_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Classifier(**{"num_labels": 3, "resolution": 32, **WIDTHS, **arguments})
