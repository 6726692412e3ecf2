import shutil

import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.suites import passive_held_out
from tf_fingerprint.evaluation.suites import passive_robustness
from tf_fingerprint.passive import attacks

from ...tiny_passive import passive_dir as passive_dir
from ...tiny_passive import passive_run as passive_run
from ...tiny_passive import sources_dir as sources_dir


@pytest.fixture(scope="module")
def labelled(passive_run, sources_dir):
    return passive_held_out.read(passive_run, sources_dir)


def test_nothing_is_measured_that_was_learned_from(
    labelled, passive_run, sources_dir
):
    assert not set(labelled.digests().tolist()) & passive_run.learned
    # Sources that the run doesn't know are left out.
    names = np.array(passive_run.labels)[labelled.sources]
    assert set(names) == {"bright", "dark"}
    assert 0 < len(labelled) < 80


def test_places_are_those_of_the_runs_labels(labelled, passive_run):
    dark = labelled.images[labelled.sources == passive_run.labels.index("dark")]

    assert dark.max() <= 255 // 3


def test_sources_that_were_all_learned_from_are_told(
    passive_run, sources_dir, tmp_path
):
    shutil.copytree(sources_dir / "bright", tmp_path / "bright")

    with pytest.raises(errors.DataError, match="There are none of dark"):
        passive_held_out.read(passive_run, tmp_path)


def test_accuracy_is_measured_before_and_after(passive_run, labelled):
    items = list(
        passive_robustness.measure(
            passive_run, {"noise": passive_run}, labelled, curve_pictures=4
        )
    )

    figures = {each.name: each for each in items if not isinstance(each, Curve)}
    curves = {each.name: each for each in items if isinstance(each, Curve)}
    assert set(figures) == {
        "clean",
        *(f"before_{name}" for name in attacks.NAMES),
        "immunised_noise",
        "clean_immunised_noise",
    }
    assert set(curves) == set(passive_robustness.CURVES)
    # The same run on the same pictures.
    assert figures["before_noise"].value == figures["immunised_noise"].value
    _, logits = passive_run.read(
        attacks.attacked(labelled.images, "blur", seed=0)
    )
    right = (logits.argmax(axis=1) == labelled.sources).mean()
    assert figures["before_blur"].value == pytest.approx(right)
    after = curves["noise"].published["after learning to bear it"]
    assert [y for _, y in after] == [
        figure.value for _, figure in curves["noise"].points
    ]
    assert not curves["blur"].published
