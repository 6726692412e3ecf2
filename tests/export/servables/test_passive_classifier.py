"""The written classifier answers as the Keras model does."""

import dataclasses
import json

import httpx
import numpy as np
import pytest
import tensorflow as tf

import export
from export import server
from tf_fingerprint import cli
from tf_fingerprint import errors
from tf_fingerprint.passive import open_set

from ...tiny_passive import noise
from ...tiny_passive import passive_dir as passive_dir
from ...tiny_passive import passive_run as passive_run
from .. import picture_files as files
from ..unchecked import Unchecked

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def seeded():
    """No seed: setting one makes TensorFlow prepare each graph once more."""


def by(score, run):
    """The run, with another score."""
    features, logits = run.read(noise(60, seed=5))
    known = open_set.OpenSet.calibrate(
        *(score, features, logits),
        max_false_positive_rate=0.1,
        space=run.open_set.space,
    )
    return dataclasses.replace(run, open_set=known)


@pytest.fixture(scope="module", params=open_set.SCORES)
def both(request, passive_run, tmp_path_factory):
    """A run, and what its servable answers when it is loaded."""
    run = by(request.param, passive_run)
    servable = export.passive_classifier(run)
    folder = tmp_path_factory.mktemp("written")
    tf.saved_model.save(
        servable.module, str(folder / "1"), dict(servable.signatures)
    )
    return run, Unchecked(folder / "1", folder / "2").run


def test_files_are_classified_as_by_the_model(both):
    run, ask = both
    contents = [files.encoded(files.noise(20, 31, seed=n)) for n in range(20)]

    response = ask("serving_default", image_bytes=contents)

    labels, probabilities, unknown = run.classify(contents)
    features, logits = run.read(contents)
    assert [label.decode() for label in response["label"]] == labels
    np.testing.assert_allclose(
        response["probabilities"], probabilities, atol=1e-5
    )
    np.testing.assert_array_equal(response["unknown"], unknown)
    np.testing.assert_allclose(
        response["energy"], open_set.energies(logits), atol=1e-4
    )
    np.testing.assert_allclose(
        response["score"],
        run.open_set.scores(features, logits),
        rtol=1e-3,
        atol=1e-3,
    )
    assert response["labels"].tolist() == [[b"bright", b"dark"]] * 20
    assert response["status"].tolist() == [b"ok"] * 20


def test_decoded_pictures_are_classified_likewise(both):
    _, ask = both
    pictures = np.stack([files.noise(30, 41, seed=n) for n in range(3)])

    response = ask("images", images=pictures)

    contents = [files.encoded(picture) for picture in pictures]
    expected = ask("serving_default", image_bytes=contents)
    for name, values in expected.items():
        np.testing.assert_array_equal(response[name], values)


def test_what_can_not_be_read_is_of_no_source_and_not_unknown(both):
    _, ask = both
    good = files.encoded(files.noise(16, 16))

    response = ask("serving_default", image_bytes=[b"no picture", good])

    assert response["status"].tolist() == [b"unsupported_format", b"ok"]
    assert response["label"][0] == b""
    assert not response["unknown"][0]
    for name in ("probability", "energy", "score"):
        assert response[name][0] == 0
        assert response[name][1] != 0


def test_no_rows_have_no_answers(both):
    _, ask = both

    response = ask("images", images=np.zeros((0, 16, 16, 3), np.uint8))

    assert {len(values) for values in response.values()} == {0}


def test_a_classifier_that_was_written_wrongly_is_not_published(
    passive_run, tmp_path
):
    servable = export.passive_classifier(passive_run)
    weight = servable.module.weights[-1]  # The last layer's bias.
    before = weight.numpy()
    weight.assign(before + 3 * np.arange(2))
    tf.saved_model.save(
        servable.module, str(tmp_path / "1"), dict(servable.signatures)
    )
    weight.assign(before)

    with pytest.raises(errors.ExportError, match="must answer as the model"):
        servable.check(str(tmp_path / "1"))


@pytest.mark.slow
def test_it_is_published_and_served_with_its_labels(
    passive_dir, passive_run, tmp_path, capsys
):
    argv = ["export", str(passive_dir), "--what", "passive", "--format", "json"]
    assert cli.main([*argv, "--to", str(tmp_path)]) == 0
    published = json.loads(capsys.readouterr().out)
    assert published["labels"] == ["bright", "dark"]
    assert published["unknown"]["max_false_positive_rate"] == 0.1

    with (
        server.Server(tmp_path, rest_port=0, grpc_port=0) as running,
        httpx.Client(base_url=running.rest_url) as client,
    ):
        images = noise(2)
        answer = client.post(
            "/v1/models/passive:predict",
            json={"signature_name": "images", "inputs": images.tolist()},
        )

    outputs = answer.raise_for_status().json()["outputs"]
    labels, probabilities, unknown = passive_run.classify(images)
    assert outputs["label"] == labels
    assert outputs["unknown"] == unknown.tolist()
    np.testing.assert_allclose(
        outputs["probabilities"], probabilities, atol=1e-5
    )
