"""TFLite and ONNX make the pictures of the Keras instance they lie beside."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from export.bundles import formats
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint.models import sampling

from ...tiny_run import close_to
from ...tiny_run import tiny_run as tiny_run
from ...tiny_run import tiny_run_dir as tiny_run_dir
from ..bundle_writers import SALT
from ..bundle_writers import formats_writer_of
from ..bundle_writers import record_of

# TensorFlow announces the package that its interpreter moves to.
pytestmark = pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter")


@pytest.fixture(scope="module")
def written(tiny_run_dir, tmp_path_factory):
    """Bundles of two recipients, with every format."""

    run = methods.load(tiny_run_dir)
    folder = tmp_path_factory.mktemp("formats")
    for seed in (1, 2):
        formats_writer_of(run).write(
            record_of(run, seed), folder / str(seed), salt=SALT
        )
    return [folder / "1", folder / "2"]


def draw(run, num_images=3):
    [(latents, noise)] = sampling.sample_inputs(
        num_images,
        latent_dim=8,
        num_noise=run.generator.num_noise,
        seed=4,
    )
    return {"latents": latents, "noise": noise}


def expected_of(folder, drawn):
    instance = keras.saving.load_model(folder / "instance.keras")
    return data.to_pixels(instance(list(drawn.values())).numpy())


def test_tflite_makes_the_same_pictures(tiny_run, written):
    drawn = draw(tiny_run)
    for folder in written:
        interpreter = tf.lite.Interpreter(str(folder / "instance.tflite"))
        images = interpreter.get_signature_runner("latents")(**drawn)["images"]

        close_to(images, expected_of(folder, drawn))


def test_onnx_makes_the_same_pictures(tiny_run, written):
    onnxruntime = pytest.importorskip("onnxruntime")
    drawn = draw(tiny_run)
    for folder in written:
        session = onnxruntime.InferenceSession(folder / "instance.onnx")
        [images] = session.run(["images"], drawn)

        close_to(images, expected_of(folder, drawn))


def test_recipients_get_pictures_of_their_own(tiny_run, written):
    first, second = (expected_of(each, draw(tiny_run)) for each in written)

    assert np.abs(first.astype(int) - second).mean() > 0.5


def test_nothing_is_drawn_inside(written):
    onnx = pytest.importorskip("onnx")
    model = onnx.load(written[0] / "instance.onnx")

    onnx.checker.check_model(model)
    kinds = {node.op_type for node in model.graph.node}
    assert not [kind for kind in kinds if "Random" in kind]


def test_the_card_tells_of_every_format(written):
    card = (written[0] / "README.md").read_text()

    assert "instance.tflite" in card
    assert "instance.onnx" in card


def test_formats_come_in_their_order_and_once():
    assert formats.check(["onnx", "tflite", "onnx"]) == ("tflite", "onnx")


def test_a_missing_converter_is_named_before_work_starts(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tf2onnx", None)

    assert formats.check(["tflite"]) == ("tflite",)
    with pytest.raises(errors.ExportError, match=r"fingerprint\[formats\]"):
        formats.check(["onnx"])
