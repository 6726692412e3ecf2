"""Copies of a run that was never trained: bits are chance, pictures real."""

import dataclasses
import math

import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import evaluation
from tf_fingerprint.evaluation.attacks import copies as sealed
from tf_fingerprint.evaluation.suites import tampering

from ...tiny_run import tiny_run as tiny_run
from ...tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow

OPTIONS = evaluation.Options(pictures=8, recipients=10)


@pytest.fixture
def subject(tiny_run):
    photographs = data.procedural_images(100, resolution=16)
    return evaluation.of_run(tiny_run, photographs)


def mean_levels(images):
    """Features of a network that sees nothing but colour."""
    return images.mean(axis=(1, 2)) / 255


@pytest.fixture
def copies(subject):
    return sealed.Copies(subject, OPTIONS, num_copies=2, extractor=mean_levels)


def test_a_copy_that_nobody_changed_makes_its_own_pictures(copies):
    reading = copies.look("intact", copies.weights)

    assert reading["change"].value == 0
    assert reading["bit_accuracy"].pictures == 8
    assert reading["bit_accuracy"].fingerprints == 2
    assert set(reading) == {
        *("bit_accuracy", "change", "kernel_distance", "attributed")
    }


def test_bits_are_compared_with_the_copy_s_own(subject):
    answers = []
    subject = dataclasses.replace(
        subject, decode=lambda images: answers.pop() - 0.5
    )
    copies = sealed.Copies(subject, OPTIONS, num_copies=2)
    own = np.repeat(copies.bits, 4, axis=0)

    answers.append(own)
    right = copies.look("right", copies.weights)
    answers.append(own[::-1])
    wrong = copies.look("wrong", copies.weights)

    assert right["bit_accuracy"].value == 1
    assert right["attributed"].value == 1
    assert wrong["bit_accuracy"].value < 1
    assert wrong["attributed"].value == 0


def test_every_change_of_the_weights_is_a_curve(copies, subject):
    items = {
        item.name: item
        for item in (
            *tampering.of_weights(copies, OPTIONS),
            *tampering.of_averages(copies),
        )
    }

    for name in ("rounding", "weight_noise", "integers", "pruning"):
        changed = [x.value for _, x in items[f"{name}_change"].points]
        mildest, strongest = changed[0], changed[-1]
        assert mildest < strongest, name
    assert items["change_cast_float16"].value < 1
    mixed = items["averaging_change"].points
    assert mixed[0][1].value == 0 < mixed[-1][1].value
    assert items["rounding_bit_accuracy"].published
    figures = [
        figure.name
        for item in items.values()
        for _, figure in getattr(item, "points", [(0, item)])
    ]
    assert len(set(figures)) == len(figures)


def test_a_copy_is_trained_on_and_looked_at(copies, subject):
    curves = {
        curve.name: curve
        for curve in tampering.of_fine_tuning(
            copies, subject, OPTIONS, checkpoints=(0, 16, 32), alone=16
        )
    }

    strengths, figures = zip(*curves["fine_tuning_change"].points, strict=True)
    assert strengths == (0, 16, 32)
    assert figures[0].value == 0 < figures[1].value < figures[2].value
    assert figures[0].fingerprints == 1
    assert all(
        math.isfinite(figure.value)
        for _, figure in curves["fine_tuning_kernel_distance"].points
    )


def test_without_a_run_there_is_nothing_to_change(subject):
    functions = dataclasses.replace(subject, run=None)

    with pytest.raises(errors.EvaluationError, match="must have a run"):
        tampering.check(functions, OPTIONS)


def test_too_few_photographs_are_refused(subject):
    few = dataclasses.replace(subject, photographs=subject.photographs[:99])

    tampering.check(subject, OPTIONS)
    with pytest.raises(errors.EvaluationError, match="100 photographs.*99"):
        tampering.check(few, OPTIONS)
