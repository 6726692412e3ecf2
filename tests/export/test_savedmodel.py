import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

import export
from tf_fingerprint import data
from tf_fingerprint import models

from .. import traces
from ..randomized import randomize

BITS = np.random.default_rng(5).integers(0, 2, 128).astype("uint8")


@pytest.fixture(scope="module")
def generator():
    return randomize(
        models.Generator(
            16,
            num_bits=128,
            latent_dim=6,
            style_dim=20,
            channel_base=32,
            max_channels=4,
        )
    )


@pytest.fixture(scope="module")
def instance(generator):
    return models.seal(generator, BITS, noise="fixed")


@pytest.fixture(scope="module")
def exported(instance, tmp_path_factory):
    folder = tmp_path_factory.mktemp("servables")
    return export.export_instance(instance, folder / "acme", version=3)


def draw(batch_size, length):
    values = np.random.default_rng(1).normal(size=(batch_size, length))
    return values.astype("float32")


@pytest.mark.parametrize("batch_size", [1, 3])
def test_a_servable_makes_the_instances_pictures(
    instance, exported, batch_size
):
    latents = draw(batch_size, 6)

    serve = tf.saved_model.load(str(exported)).signatures["serving_default"]
    images = serve(latents=tf.constant(latents))["images"]

    expected = data.to_pixels(instance(latents))
    assert images.dtype == tf.uint8
    # Another order of summation may round the other way.
    difference = np.abs(images.numpy().astype(int) - expected)
    assert difference.max() <= 1
    assert np.mean(difference == 0) > 0.99
    assert 0 < expected.mean() < 255


def test_the_signature_names_what_goes_in_and_out(exported):
    signatures = tf.saved_model.load(str(exported)).signatures

    assert list(signatures) == ["serving_default"]
    _, requested = signatures["serving_default"].structured_input_signature
    assert requested == {
        "latents": tf.TensorSpec((None, 6), tf.float32, "latents")
    }
    assert signatures["serving_default"].structured_outputs["images"].shape[
        1:
    ] == (16, 16, 3)


def test_random_noise_is_requested(generator, tmp_path):
    instance = models.seal(generator, BITS, noise="random")
    latents, noise = draw(2, 6), draw(2, generator.num_noise)

    path = export.export_instance(instance, tmp_path)

    assert path == tmp_path / "1"
    serve = tf.saved_model.load(str(path)).signatures["serving_default"]
    images = serve(latents=tf.constant(latents), noise=tf.constant(noise))
    expected = data.to_pixels(instance([latents, noise]))
    difference = np.abs(images["images"].numpy().astype(int) - expected)
    assert difference.max() <= 1


LOADS_WITHOUT_KERAS = """
import sys
sys.modules["keras"] = sys.modules["tf_fingerprint"] = None
sys.modules["export"] = None
import numpy as np, tensorflow as tf
given = np.load(sys.argv[2])
serve = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
images = serve(latents=tf.constant(given["latents"]))["images"].numpy()
assert np.abs(images.astype(int) - given["images"]).max() <= 1
"""


@pytest.mark.slow
def test_a_servable_needs_neither_keras_nor_the_package(
    instance, exported, tmp_path
):
    latents = draw(2, 6)
    images = data.to_pixels(instance(latents))
    np.savez(tmp_path / "given.npz", latents=latents, images=images)

    subprocess.run(
        [
            sys.executable,
            "-c",
            LOADS_WITHOUT_KERAS,
            str(exported),
            str(tmp_path / "given.npz"),
        ],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        check=True,
    )


def test_variables_are_written_once(instance, exported):
    written = sum(
        file.stat().st_size for file in exported.glob("variables/*.data-*")
    )
    held = sum(weight.nbytes for weight in instance.get_weights())

    assert held <= written < 1.2 * held + 2000


def test_no_byte_holds_the_fingerprint_its_style_or_a_path(generator, exported):
    style = generator.embedding(BITS[None].astype("float32"))[0].numpy()
    files = [path for path in exported.rglob("*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in files)

    assert traces.bytes_tracing(BITS, content) == []
    assert style.tobytes() not in content
    assert str(pathlib.Path(export.__file__).parents[1]).encode() not in content


def test_a_version_is_never_overwritten(instance, exported):
    before = {path: path.stat().st_mtime_ns for path in exported.rglob("*")}

    with pytest.raises(FileExistsError, match=r"Version 3 .* as version 4\."):
        export.export_instance(instance, exported.parent, version=3)

    assert before == {
        path: path.stat().st_mtime_ns for path in exported.rglob("*")
    }
    assert os.listdir(exported.parent) == ["3"]


def test_whoever_comes_second_is_refused(instance, tmp_path, monkeypatch):
    def save(module, folder, **arguments):
        pathlib.Path(folder, "ours").touch()
        pathlib.Path(tmp_path, "1", "theirs").mkdir(parents=True)

    monkeypatch.setattr(tf.saved_model, "save", save)

    with pytest.raises(FileExistsError, match="Version 1 is already exported"):
        export.export_instance(instance, tmp_path)

    assert os.listdir(tmp_path) == ["1"]
    assert os.listdir(tmp_path / "1") == ["theirs"]


def test_an_interrupted_export_leaves_nothing(instance, tmp_path, monkeypatch):
    def save(module, folder, **arguments):
        pathlib.Path(folder, "half").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(tf.saved_model, "save", save)

    with pytest.raises(KeyboardInterrupt):
        export.export_instance(instance, tmp_path)

    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("version", [0, -1, 1.0, "1", True])
def test_versions_are_positive_integers(instance, tmp_path, version):
    with pytest.raises(ValueError, match="positive integer. Received"):
        export.export_instance(instance, tmp_path, version=version)
