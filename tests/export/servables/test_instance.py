import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

import export
from tf_fingerprint import data
from tf_fingerprint import models

from ... import traces
from ...randomized import randomize
from ...tiny_run import close_to

pytestmark = pytest.mark.slow

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
def written(instance, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sealed") / "1"
    save(export.sealed_instance(instance), folder)
    return folder


def save(made, folder):
    tf.saved_model.save(made.module, str(folder), dict(made.signatures))


def draw(batch_size, length):
    values = np.random.default_rng(1).normal(size=(batch_size, length))
    return values.astype("float32")


def constants_in(folder):
    """All constants of the graph and of the functions that it calls."""
    message = saved_model_pb2.SavedModel()
    message.ParseFromString((folder / "saved_model.pb").read_bytes())
    [graph] = [each.graph_def for each in message.meta_graphs]
    nodes = [*graph.node]
    for function in graph.library.function:
        nodes += function.node_def
    arrays = [
        tf.make_ndarray(node.attr["value"].tensor)
        for node in nodes
        if node.op == "Const"
    ]
    return [each for each in arrays if each.dtype.kind in "fiub" and each.size]


def variables_in(folder):
    """All variables that were written, but the table of their names."""
    reader = tf.train.load_checkpoint(str(folder / "variables" / "variables"))
    names = reader.get_variable_to_shape_map()
    arrays = [reader.get_tensor(name) for name in names]
    return [each for each in arrays if isinstance(each, np.ndarray)]


def test_latents_make_the_instances_pictures(instance, written):
    latents = draw(3, 6)

    images = tf.saved_model.load(str(written)).signatures["latents"](
        latents=latents
    )["images"]

    close_to(images.numpy(), data.to_pixels(instance(latents)))
    assert images.dtype == tf.uint8


def test_random_noise_is_requested(generator, tmp_path):
    instance = models.seal(generator, BITS, noise="random")
    latents, noise = draw(2, 6), draw(2, generator.num_noise)
    save(export.sealed_instance(instance), tmp_path / "1")

    make = tf.saved_model.load(str(tmp_path / "1")).signatures["latents"]

    images = make(latents=latents, noise=noise)["images"]
    close_to(images.numpy(), data.to_pixels(instance([latents, noise])))
    with pytest.raises(tf.errors.InvalidArgumentError, match="as many rows"):
        make(latents=latents, noise=noise[:1])


def test_the_contract_names_what_goes_in_and_out(written):
    signatures = tf.saved_model.load(str(written)).signatures

    forms = {
        name: (
            signature.structured_input_signature[1],
            set(signature.structured_outputs),
        )
        for name, signature in signatures.items()
    }
    assert forms == {
        "serving_default": (
            {"seed": tf.TensorSpec((None, 2), tf.int64, "seed")},
            {"image_bytes"},
        ),
        "latents": (
            {"latents": tf.TensorSpec((None, 6), tf.float32, "latents")},
            {"images"},
        ),
    }


def test_a_row_depends_on_its_own_seed_only(written):
    make = tf.saved_model.load(str(written)).signatures["serving_default"]
    seeds = np.random.default_rng(0).integers(-(2**62), 2**62, (5, 2))

    def pictures(seeds):
        return np.stack(
            [
                tf.io.decode_png(content).numpy()
                for content in make(seed=seeds)["image_bytes"].numpy()
            ]
        )

    together = pictures(seeds)
    for row in range(5):
        close_to(pictures(seeds[row : row + 1]), together[row : row + 1])
    close_to(pictures(seeds[::-1])[::-1], together)
    assert np.abs(together[0].astype(int) - together[1]).mean() > 1


def test_no_seeds_make_no_pictures(written):
    make = tf.saved_model.load(str(written)).signatures["serving_default"]

    assert make(seed=np.zeros((0, 2), int))["image_bytes"].shape == (0,)


def test_no_variable_holds_the_fingerprint_or_its_style(generator, written):
    style = generator.embedding(BITS[None].astype("float32"))[0].numpy()
    variables = variables_in(written)

    assert len(variables) > 10
    for vector in (BITS, style):
        assert traces.weights_tracing(vector, variables) == []


def test_no_constant_holds_the_fingerprint_or_its_style(generator, written):
    style = generator.embedding(BITS[None].astype("float32"))[0].numpy()
    constants = constants_in(written)

    assert len(constants) > 10
    for vector in (BITS, style):
        assert traces.weights_tracing(vector, constants) == []


def test_no_byte_holds_the_fingerprint_its_style_or_a_path(generator, written):
    style = generator.embedding(BITS[None].astype("float32"))[0].numpy()
    files = [path for path in written.rglob("*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in files)

    assert traces.bytes_tracing(BITS, content) == []
    assert style.tobytes() not in content
    assert str(pathlib.Path(export.__file__).parents[1]).encode() not in content


@pytest.mark.parametrize("secret", ["bits", "style"])
@pytest.mark.parametrize("place", ["constant", "variable"])
def test_the_search_would_find_them(
    generator, instance, tmp_path, secret, place
):
    vector = BITS.astype("float32")
    if secret == "style":
        vector = generator.embedding(vector[None])[0].numpy()
    module = tf.Module()
    kept = 3 * vector - 1
    if place == "variable":
        kept = module.kept = tf.Variable(kept)

    @tf.function(input_signature=[tf.TensorSpec((None,))])
    def leaks(scale):
        return {"kept": scale[:, None] * kept}

    tf.saved_model.save(module, str(tmp_path), {"serving_default": leaks})

    search = constants_in if place == "constant" else variables_in
    assert traces.weights_tracing(vector, search(tmp_path))


def test_variables_are_written_once(instance, written):
    size = sum(
        file.stat().st_size for file in written.glob("variables/*.data-*")
    )
    held = sum(weight.nbytes for weight in instance.get_weights())

    assert held <= size < 1.2 * held + 2000


def test_nothing_of_keras_is_in_the_module(instance):
    module = export.sealed_instance(instance).module

    assert type(module) is tf.Module
    assert module.submodules == ()
    assert len(module.variables) == len(instance.weights)


def test_one_servable_writes_many_instances(
    generator, instance, tmp_path, written
):
    plain = models.seal(generator, 1 - BITS, noise="fixed")
    made = export.sealed_instance(plain)
    save(made, tmp_path / "1")
    plain.set_weights(instance.get_weights())

    save(made, tmp_path / "2")

    first, second, expected = (
        tf.saved_model.load(str(folder))
        .signatures["latents"](latents=draw(2, 6))["images"]
        .numpy()
        for folder in (tmp_path / "1", tmp_path / "2", written)
    )
    np.testing.assert_array_equal(second, expected)
    assert (first != expected).any()
    one, other = (
        (tmp_path / number / "saved_model.pb").stat().st_size for number in "12"
    )
    assert one == other


def test_other_shapes_are_refused(written):
    model = tf.saved_model.load(str(written))

    for shape in ((2, 5), (6,), (1, 2, 6)):
        with pytest.raises((TypeError, tf.errors.InvalidArgumentError)):
            model.signatures["latents"](latents=tf.zeros(shape))


PICTURES_BY_SEED = """
import sys
import numpy as np
import tensorflow as tf
sign = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
files = sign(seed=tf.constant([[1, 2], [3, 4]], tf.int64))["image_bytes"]
np.save(sys.argv[2], [tf.io.decode_png(each).numpy() for each in files])
"""


def test_a_seed_is_the_same_picture_under_xla(written, tmp_path):
    made = []
    for flags in ("", "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit"):
        path = tmp_path / f"{len(made)}.npy"
        subprocess.run(
            [sys.executable, "-c", PICTURES_BY_SEED, written, path],
            env={**os.environ, "TF_XLA_FLAGS": flags},
            check=True,
        )
        made.append(np.load(path).astype(int))

    plain, compiled = made
    assert np.abs(plain - compiled).max() <= 1
    assert plain.std() > 10
