"""Suites of attackers, on a run that was never trained."""

import dataclasses

import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint import evaluation
from tf_fingerprint import methods
from tf_fingerprint.evaluation.attacks import averaged_pictures
from tf_fingerprint.evaluation.suites import secrecy

from ...tiny_run import tiny_run as tiny_run
from ...tiny_run import tiny_run_dir as tiny_run_dir
from ...tiny_run import write_run

pytestmark = pytest.mark.slow

OPTIONS = evaluation.Options(pictures=12)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """At 32 x 32, as attackers' networks take no less."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    return methods.load(write_run(folder, "data.resolution=32"))


@pytest.fixture
def subject(run):
    return evaluation.of_run(run)


def test_all_kinds_of_pictures_are_told_apart(run, subject):
    options = dataclasses.replace(OPTIONS, baseline=str(run.folder))
    secrecy.check(subject, options)

    tasks = {task.name: task for task in secrecy.tasks(subject, options)}

    assert list(tasks) == ["same_generator", "baseline", "two_copies"]
    random = np.random.default_rng
    for task in tasks.values():
        first, second = (
            make(3, random(0)) for make in (task.first, task.second)
        )
        assert first.shape == second.shape == (3, 32, 32, 3)
        assert (first != second).any()
    neutral = tasks["same_generator"].first(3, random(0))
    # This baseline is the very generator.
    np.testing.assert_array_equal(
        neutral, tasks["baseline"].first(3, random(0))
    )
    assert tasks["two_copies"].fingerprints == 2


def test_without_examples_every_picture_is_judged(subject):
    task = next(secrecy.tasks(subject, OPTIONS))

    curve = secrecy.of_artificial_sets(task, subject, OPTIONS, sizes=(8, 20))

    assert [x for x, _ in curve.points] == [8, 20]
    assert [figure.pictures for _, figure in curve.points] == [8, 20]


def bright_bits(fingerprints, random):
    """Grey, each bit a pixel in every other place, dark or light."""
    pixels = random.normal(128, 5, (len(fingerprints), 16 * 16, 3))
    pixels[:, : 2 * fingerprints.shape[1] : 2] += np.where(
        fingerprints, 12, -12
    )[..., None]
    return pixels.reshape(-1, 16, 16, 3).round().astype(np.uint8)


def read_bits(images):
    pixels = images.reshape(len(images), 16 * 16, 3).mean(axis=-1)
    return pixels[:, :64:2] - 128


def test_an_average_of_pictures_removes_and_forges_a_plain_mark(tiny_run):
    subject = dataclasses.replace(
        evaluation.of_run(tiny_run), generate=bright_bits, decode=read_bits
    )

    items = {
        item.name: item
        for item in averaged_pictures.of_averages(subject, OPTIONS, averaged=60)
    }

    same, others = (
        items[f"correlation_alone_{name}"]
        for name in ("same_copy", "other_copies")
    )
    assert same.low > others.high
    assert items["ranked_right_alone"].value > 0.95
    for kind in averaged_pictures.KINDS:
        removed = [
            figure.value
            for _, figure in items[f"removal_{kind}_bit_accuracy"].points
        ]
        forged = [
            figure.value
            for _, figure in items[f"forgery_{kind}_bit_accuracy"].points
        ]
        assert removed[0] > 0.95
        # Of the bits that two copies share, their difference shows nothing.
        assert removed[-1] < (0.1 if kind == "alone" else 0.95)
        assert forged[-1] > forged[0] + 0.1
        assert items[f"removal_{kind}_change"].points[0][1].value == 0
    assert items["average_pictures"].images.shape == (3, 2, 16, 16, 3)


def test_what_can_t_be_measured_is_refused(subject, tiny_run, tmp_path):
    for wrong, reason in (
        (dataclasses.replace(subject, run=None), "must have a run"),
        (evaluation.of_run(tiny_run), "at least 32 pixels.*Received 16"),
    ):
        with pytest.raises(errors.EvaluationError, match=reason):
            secrecy.check(wrong, OPTIONS)
    options = dataclasses.replace(OPTIONS, baseline=str(tmp_path))
    with pytest.raises(errors.RunError, match="a baseline must hold"):
        secrecy.check(subject, options)
