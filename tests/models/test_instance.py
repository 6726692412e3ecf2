import json
import os
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest

from tf_fingerprint import models
from tf_fingerprint.models import instance as instances

from .. import traces
from ..randomized import randomize

pytestmark = pytest.mark.slow

BITS = np.random.default_rng(5).integers(0, 2, 128).astype("uint8")

# One difference from the paper's at a time, then all at once.
CONFIGURATIONS = {
    "paper": {},
    "grey": {"channels": 1},
    "32 pixels": {"resolution": 32, "embedding_layers": 1},
    "one resolution modulated": {"modulated_resolutions": (8, 8)},
    "nothing modulated": {"modulated_resolutions": (32, 64)},
    "bits as style": {"embedding_layers": 0, "style_dim": 128},
    "64 pixels": {
        "resolution": 64,
        "channels": 1,
        "embedding_layers": 0,
        "style_dim": 128,
        "signed_bits": True,
        "affine_gain": 0.5,
        "modulated_resolutions": (4, 32),
    },
}


def make_generator(**changes):
    arguments = {
        "resolution": 16,
        "num_bits": 128,
        "latent_dim": 6,
        "style_dim": 20,
        "channel_base": 64,
        "max_channels": 8,
        **changes,
    }
    return randomize(models.Generator(**arguments))


def open_images(generator, bits, latents, noise):
    fingerprints = np.tile(bits, (len(latents), 1)).astype("float32")
    return generator([latents, fingerprints, noise]).numpy()


def draw_inputs(generator, batch_size=3):
    random = np.random.default_rng(1)
    return (
        random.normal(size=(batch_size, generator.latent_dim)).astype("f"),
        random.normal(size=(batch_size, generator.num_noise)).astype("f"),
    )


@pytest.fixture(scope="module")
def trained():
    """A generator as in the paper, shared: don't change it."""
    return make_generator()


@pytest.mark.parametrize(
    ("configuration", "noise"),
    [
        ("paper", "random"),
        ("paper", "fixed"),
        ("paper", "none"),
        ("grey", "random"),
        ("32 pixels", "fixed"),
        ("one resolution modulated", "random"),
        ("nothing modulated", "none"),
        ("bits as style", "none"),
        ("64 pixels", "fixed"),
    ],
)
def test_an_instance_makes_its_fingerprints_pictures(configuration, noise):
    generator = make_generator(**CONFIGURATIONS[configuration])
    latents, drawn = draw_inputs(generator)
    resolution = generator.output_shape[1]

    instance = models.seal(generator, BITS, noise=noise)
    if noise == "random":
        images = instance([latents, drawn])
    else:
        images = instance(latents)
        drawn = models.fixed_noise(resolution) * np.ones_like(drawn)
    if noise == "none":
        drawn = np.zeros_like(drawn)

    expected = open_images(generator, BITS, latents, drawn)
    assert images.dtype == "float32"
    assert images.shape == expected.shape
    np.testing.assert_allclose(images, expected, atol=1e-4)
    if configuration != "nothing modulated":
        others = open_images(generator, 1 - BITS, latents, drawn)
        assert np.abs(images - others).max() > 1e-2


def test_the_comparison_notices_a_wrong_factor(trained, monkeypatch):
    latents, drawn = draw_inputs(trained)
    monkeypatch.setattr(instances.equalized, "GAIN", 1.4)

    mutant = models.seal(trained, BITS)([latents, drawn]).numpy()

    monkeypatch.undo()
    expected = open_images(trained, BITS, latents, drawn)
    assert not np.allclose(mutant, expected, atol=1e-3)


def test_an_instance_of_a_low_precision_generator_is_exact(trained):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        rough = make_generator()
        instance = models.seal(rough, BITS)
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy(policy)
    exact = models.Generator.from_config(trained.get_config())
    exact.set_weights(rough.get_weights())
    latents, drawn = draw_inputs(exact)

    images = instance([latents, drawn])

    expected = open_images(exact, BITS, latents, drawn)
    np.testing.assert_allclose(images, expected, atol=1e-4)


@pytest.mark.parametrize("noise", ["random", "fixed", "none"])
def test_instances_differ_in_values_only(trained, noise):
    first = models.folded_weights(trained, BITS, noise=noise)
    second = models.folded_weights(trained, 1 - BITS, noise=noise)

    network = models.plain_network(trained, noise=noise)
    shapes = {
        layer.name: [weight.shape for weight in layer.weights]
        for layer in network.layers
        if layer.weights
    }
    for weights in (first, second):
        assert shapes == {
            name: [array.shape for array in arrays]
            for name, arrays in weights.items()
        }
    changed = {
        name for name in first if np.any(first[name][0] != second[name][0])
    }
    assert changed == {
        name
        for name in first
        if name.startswith(("conv", "to_image"))
        and not name.endswith(("noise", "low_pass"))
    }


def test_an_instance_consists_of_keras_layers_only(trained):
    instance = models.seal(trained, BITS)

    assert {
        type(layer).__module__.split(".")[0] for layer in instance.layers
    } == {"keras"}
    config = json.dumps(keras.saving.serialize_keras_object(instance))
    assert "tf_fingerprint" not in config


LOADS_WITHOUT_THE_PACKAGE = """
import sys
sys.modules["tf_fingerprint"] = None
import keras, numpy as np
instance = keras.saving.load_model("instance.keras")
given = np.load("given.npz")
images = instance([given["latents"], given["noise"]])
np.testing.assert_allclose(images, given["images"], atol=1e-4)
"""


@pytest.mark.slow
def test_the_file_of_an_instance_needs_no_package(trained, tmp_path):
    instance = models.seal(trained, BITS)
    latents, noise = draw_inputs(trained)
    instance.save(tmp_path / "instance.keras")
    np.savez(
        tmp_path / "given.npz",
        latents=latents,
        noise=noise,
        images=instance([latents, noise]),
    )

    subprocess.run(
        [sys.executable, "-c", LOADS_WITHOUT_THE_PACKAGE],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        check=True,
    )


@pytest.mark.parametrize("configuration", ["paper", "bits as style"])
@pytest.mark.parametrize("noise", ["random", "fixed"])
def test_no_weight_holds_the_fingerprint_or_its_style(configuration, noise):
    generator = make_generator(**CONFIGURATIONS[configuration])
    style = generator.embedding(BITS[None].astype("float32"))[0].numpy()

    weights = models.seal(generator, BITS, noise=noise).get_weights()

    assert traces.weights_tracing(BITS, weights) == []
    assert traces.weights_tracing(style, weights) == []


def test_no_byte_of_the_file_holds_the_fingerprint_or_its_style(
    trained, tmp_path
):
    style = trained.embedding(BITS[None].astype("float32"))[0].numpy()
    models.seal(trained, BITS).save(tmp_path / "instance.keras")

    with zipfile.ZipFile(tmp_path / "instance.keras") as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())

    assert traces.bytes_tracing(BITS, content) == []
    assert style.tobytes() not in content
    assert style.astype("float64").tobytes() not in content


@pytest.mark.parametrize(
    ("fingerprint", "message"),
    [
        (BITS[:100], "must have 128 bits.*Received 100.*another generator"),
        (BITS[None], "one axis. Received 2 axes"),
        (BITS / 2, "must be 0 or 1. Received 0.5"),
        (BITS * 3.0 - 1, "must be 0 or 1. Received"),
    ],
)
def test_wrong_fingerprints_are_named(trained, fingerprint, message):
    with pytest.raises(ValueError, match=message):
        models.seal(trained, fingerprint)


@pytest.mark.parametrize("function", [models.seal, models.folded_weights])
def test_wrong_noise_is_named(trained, function):
    with pytest.raises(ValueError, match="`noise` must be .*noise='loud'"):
        function(trained, BITS, noise="loud")
