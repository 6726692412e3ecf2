import json
import shutil

import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint.passive import run as runs

from .. import tiny_passive
from ..tiny_passive import noise
from ..tiny_passive import passive_dir as passive_dir
from ..tiny_passive import passive_run as passive_run
from ..tiny_passive import sources_dir as sources_dir


def test_pictures_are_given_labels_not_places(passive_run, sources_dir):
    files = [sources_dir / "dark" / "001.png", sources_dir / "bright/002.png"]

    labels, probabilities, unknown = passive_run.classify(files)

    assert labels == ["dark", "bright"]
    assert probabilities.shape == (2, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert unknown.dtype == bool


def test_an_opinion_is_what_classify_says(passive_run):
    images = noise(5)

    opinions = passive_run.judge(images)

    labels, probabilities, unknown = passive_run.classify(images)
    assert [each.label for each in opinions] == labels
    assert [each.unknown for each in opinions] == unknown.tolist()
    np.testing.assert_allclose(
        [each.probability for each in opinions], probabilities.max(axis=1)
    )
    assert passive_run.features(images).shape == (5, 16)


def test_an_opinion_has_a_sentence_for_each_case(passive_run):
    [opinion] = passive_run.judge(noise(1))
    known = runs.dataclasses.replace(opinion, unknown=False)
    unknown = runs.dataclasses.replace(opinion, unknown=True)

    assert f"`{opinion.label}`" in known.sentence
    assert "none of the sources" in unknown.sentence
    assert "at most 10%" in unknown.sentence
    assert unknown.to_dict()["sentence"] == unknown.sentence


def test_no_pictures_have_no_opinions(passive_run):
    assert passive_run.judge(noise(0)) == []


@pytest.mark.parametrize(
    "name", ["classifier.keras", "unknown.json", "data.json"]
)
def test_an_incomplete_run_is_named(name, passive_dir, tmp_path):
    shutil.copytree(passive_dir, tmp_path / "run")
    (tmp_path / "run" / name).unlink()

    with pytest.raises(errors.RunError, match=f"Missing: {name}"):
        runs.load(tmp_path / "run")


def test_a_run_of_before_opens_as_ever(passive_run, passive_dir, tmp_path):
    folder = tiny_passive.as_of_before(passive_dir, tmp_path / "run")

    for run in (runs.load(folder), methods.load(folder)):
        assert run.digest == passive_run.digest
        assert run.judge(noise(3)) == passive_run.judge(noise(3))
        assert run.labels == ("bright", "dark")


def test_labels_in_another_order_are_refused(passive_dir, tmp_path):
    shutil.copytree(passive_dir, tmp_path / "run")
    path = tmp_path / "run" / "data.json"
    known = json.loads(path.read_text())
    known["labels"].reverse()
    path.write_text(json.dumps(known))

    with pytest.raises(errors.RunError, match="must know the same sources"):
        runs.load(tmp_path / "run")
