import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import export
from export.servables import random_inputs
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint import models

from ...tiny_run import close_to
from ...tiny_run import tiny_run as tiny_run
from ...tiny_run import tiny_run_dir as tiny_run_dir
from ...tiny_run import write_run

pytestmark = pytest.mark.slow

BITS = np.random.default_rng(5).integers(0, 2, (3, 32)).astype("int32")
SEEDS = np.array([[1, 2], [-3, 4], [2**62, 0]])


@pytest.fixture(scope="module", params=["random", "fixed"])
def run(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / request.param
    return methods.load(write_run(folder, f'networks.noise="{request.param}"'))


@pytest.fixture(scope="module")
def loaded(run, tmp_path_factory):
    """The written servable's signatures."""
    made = export.open_generator(run, allow_open=True)
    folder = str(tmp_path_factory.mktemp("open") / "1")
    tf.saved_model.save(made.module, folder, dict(made.signatures))
    model = tf.saved_model.load(folder)
    yield model.signatures


def pictures(response):
    """Decoded PNG files."""
    return np.stack(
        [
            np.asarray(Image.open(io.BytesIO(content)))
            for content in response["image_bytes"].numpy()
        ]
    )


def test_latents_make_the_generators_pictures(run, loaded):
    random = np.random.default_rng(0)
    latents = random.standard_normal((3, 8), np.float32)
    noise = random.standard_normal((3, run.generator.num_noise), np.float32)
    inputs = {"fingerprint": BITS, "latents": latents, "noise": noise}
    if run.config.networks.noise == "fixed":
        del inputs["noise"]
        noise[:] = models.fixed_noise(16)

    images = loaded["latents"](**inputs)["images"].numpy()

    expected = run.generator([latents, BITS.astype("float32"), noise])
    assert images.dtype == np.uint8
    close_to(images, data.to_pixels(expected))
    assert np.ptp(images) > 50


def test_a_generator_trained_without_noise_gets_none(tmp_path):
    run = methods.load(write_run(tmp_path / "run", 'networks.noise="none"'))
    latents = np.random.default_rng(0).standard_normal((3, 8), np.float32)
    made = export.open_generator(run, allow_open=True)

    images = made.signatures["latents"](BITS, latents)["images"].numpy()

    noise = np.zeros((3, run.generator.num_noise), np.float32)
    expected = run.generator([latents, BITS.astype("float32"), noise])
    close_to(images, data.to_pixels(expected))


def test_a_sealed_instance_makes_the_same_pictures_from_the_same_seeds(
    run, loaded
):
    made = pictures(loaded["serving_default"](fingerprint=BITS, seed=SEEDS))

    sealed = export.sealed_instance(run.seal(BITS[1]))
    response = sealed.signatures["serving_default"](SEEDS)
    close_to(pictures(response)[1:2], made[1:2])
    others = np.abs(pictures(response).astype(int) - made).mean(axis=(1, 2, 3))
    assert others.argmin() == 1


def test_a_row_depends_on_its_own_seed_only(loaded):
    make = loaded["serving_default"]
    together = make(fingerprint=BITS, seed=SEEDS)["image_bytes"].numpy()
    turned = make(fingerprint=BITS[::-1], seed=SEEDS[::-1])["image_bytes"]

    for row in range(3):
        rows = slice(row, row + 1)
        alone = make(fingerprint=BITS[rows], seed=SEEDS[rows])["image_bytes"]
        close_to(
            pictures({"image_bytes": alone}),
            pictures({"image_bytes": tf.constant(together[rows])}),
        )
    assert len(set(together)) == 3
    close_to(
        pictures({"image_bytes": turned})[::-1],
        pictures({"image_bytes": tf.constant(together)}),
    )


@pytest.mark.parametrize("value", [2, -1, 255])
def test_values_that_are_no_bits_are_refused(loaded, value):
    bits = BITS.copy()
    bits[1, 7] = value

    with pytest.raises(tf.errors.InvalidArgumentError, match="0 and 1"):
        loaded["serving_default"](fingerprint=bits, seed=SEEDS)


def test_inputs_of_different_lengths_are_refused(loaded):
    with pytest.raises(tf.errors.InvalidArgumentError, match="as many rows"):
        loaded["serving_default"](fingerprint=BITS[:1], seed=SEEDS)


@pytest.mark.parametrize(
    "shapes", [((3, 31), (3, 2)), ((3, 32), (3, 3)), ((3, 32), (2,))]
)
def test_inputs_of_another_shape_are_refused(loaded, shapes):
    bits, seeds = shapes
    graph = loaded["serving_default"]
    with pytest.raises((tf.errors.InvalidArgumentError, TypeError, ValueError)):
        graph(fingerprint=np.zeros(bits, "int32"), seed=np.zeros(seeds, int))


def test_it_must_be_allowed_in_so_many_words(tiny_run):
    for arguments in ({}, {"allow_open": False}, {"allow_open": 1}):
        with pytest.raises(errors.ExportError, match="`allow_open`"):
            export.open_generator(tiny_run, **arguments)


def test_the_streams_of_a_seed_differ():
    latents, noise = (
        random_inputs.normal_rows(tf.constant(SEEDS), 1000, stream).numpy()
        for stream in (random_inputs.LATENTS, random_inputs.NOISE)
    )

    rows = np.concatenate([latents, noise])
    correlations = np.corrcoef(rows) - np.eye(6)
    assert np.abs(correlations).max() < 0.2
    np.testing.assert_allclose(rows.mean(axis=1), 0, atol=0.2)
    np.testing.assert_allclose(rows.std(axis=1), 1, atol=0.2)
