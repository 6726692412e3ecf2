"""Copies that were handed out before verify, and make the same pictures."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from export.bundles import verification
from tf_fingerprint import cli
from tf_fingerprint import errors

from . import goldens

BUNDLES = ("plain", "signed")


@pytest.fixture
def folder(tmp_path):
    names = ("registry.db", "registry.db.secret", "owner.pub")
    goldens.unpacked(goldens.copied(tmp_path, *names), "bundles")
    return tmp_path


@pytest.fixture
def inputs():
    return {
        key: goldens.ARRAYS[f"bundles/{key}"] for key in ("latents", "noise")
    }


@pytest.mark.parametrize("name", BUNDLES)
def test_it_verifies_as_it_did(name, folder, monkeypatch, capsys):
    arguments = ["verify", f"bundles/{name}", "--registry", "registry.db"]
    arguments += ["--format", "json"]
    if name == "signed":
        pytest.importorskip("model_signing")
        arguments += ["--public-key", "owner.pub"]
    monkeypatch.chdir(folder)

    assert cli.main(arguments) == 0

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    # What the answer says more than before.
    assert [row.pop("state") for row in rows] == ["issued"]
    assert rows == goldens.ANSWERS["bundles"][name]


def test_one_changed_byte_is_found(folder):
    path = folder / "bundles" / "plain" / "instance.tflite"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))

    with pytest.raises(errors.ExportError, match=path.name):
        verification.verify(path.parent)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUNDLES)
def test_its_files_make_the_pictures_that_they_made(name, folder, inputs):
    place = folder / "bundles" / name
    instance = keras.saving.load_model(place / "instance.keras")

    made = instance([inputs[each.name] for each in instance.inputs])
    loaded = tf.saved_model.load(str(place / "savedmodel" / "1"))
    saved = loaded.signatures["latents"](
        **{key: tf.constant(each) for key, each in inputs.items()}
    )["images"]

    expected = goldens.ARRAYS[f"bundles/{name}/keras"]
    np.testing.assert_allclose(made, expected, atol=1e-4)
    levels = goldens.ARRAYS[f"bundles/{name}/saved_model"].astype(int)
    assert np.abs(levels - saved.numpy()).max() <= 1
    assert (levels == saved.numpy()).mean() > 0.999
