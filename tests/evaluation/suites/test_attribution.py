"""Attribution by readers whose mistakes are known."""

import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint import evaluation
from tf_fingerprint.evaluation.suites import attribution as attribution_suite

from .. import pixel_subject

OPTIONS = evaluation.Options(pictures=40)


def test_whoever_reads_all_bits_names_makers_and_no_stranger():
    def generate(fingerprints, random):
        carried_by_pictures.append(len(np.unique(fingerprints, axis=0)))
        return pixel_subject.generate(fingerprints, random)

    carried_by_pictures = []
    photographs = pixel_subject.noise(30)
    found = pixel_subject.measured(
        attribution_suite,
        pixel_subject.subject(generate=generate, photographs=photographs),
        OPTIONS,
    )

    # Strangers, then the pictures of 1, 10, 100 and more copies.
    assert carried_by_pictures == [20, 1, 10, 40, 40, 40]
    for copies in attribution_suite.COPIES:
        closed, opened = found[f"closed_{copies}"], found[f"open_{copies}"]
        assert closed.value == opened.value == 1
        assert (closed.pictures, opened.pictures) == (40, 80)
        # Of 40 strangers 20 are photographs, without any fingerprint.
        carried = min(copies, 40)
        assert (closed.fingerprints, opened.fingerprints) == (
            carried,
            carried + 20,
        )
        assert found[f"strangers_accused_{copies}"].value == 0
    assert found["nearest_10000"].value == 1
    assert "nearest_1" not in found


def test_whoever_reads_nothing_names_nobody_and_finds_by_chance():
    def decode(images):
        rows = [np.random.default_rng(list(each[0, 0])) for each in images]
        return np.stack([row.normal(size=64) for row in rows])

    found = pixel_subject.measured(
        attribution_suite, pixel_subject.subject(decode), OPTIONS
    )

    assert found["closed_100"].value == 0
    # It is right about strangers, of whom it names none.
    assert found["open_100"].value == 0.5
    assert found["strangers_accused_100"].value == 0
    assert found["nearest_10000"].value < 0.1


def test_strangers_who_are_accused_are_counted():
    # Whatever the image is, the same is read: that of the first copy.
    def generate(fingerprints, random):
        made.append(fingerprints)
        return pixel_subject.generate(fingerprints, random)

    def decode(images):
        # Strangers are made and read before any copy is known.
        logits = np.ones((len(images), 64))
        return logits

    made = []
    ones = np.ones((10_000, 64), np.uint8)
    subject = pixel_subject.subject(decode, generate)
    object.__setattr__(subject, "fresh_fingerprints", lambda n: ones[:n])

    found = {
        item.name: item for item in attribution_suite.suite(subject, OPTIONS)
    }

    assert found["closed_1"].value == 1
    assert found["strangers_accused_1"].value == 1
    assert found["open_1"].value == 0.5
    assert all((each == 1).all() for each in made)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (evaluation.Options(pictures=7), errors.EvaluationError),
        (
            evaluation.Options(max_false_positive_rate=1e-16),
            errors.TooFewBitsError,
        ),
    ],
)
def test_what_can_not_be_measured_is_refused(options, error):
    with pytest.raises(error):
        attribution_suite.check(pixel_subject.subject(), options)
