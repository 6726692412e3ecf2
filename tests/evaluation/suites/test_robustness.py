import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint import evaluation
from tf_fingerprint.evaluation.attacks import perturbing
from tf_fingerprint.evaluation.report import published
from tf_fingerprint.evaluation.suites import robustness as robustness_suite

from .. import pixel_subject

OPTIONS = evaluation.Options(pictures=24, recipients=10)


@pytest.fixture(scope="module")
def items():
    """All items of pictures whose bits stand in the first four rows."""
    subject = pixel_subject.subject()
    return pixel_subject.measured(robustness_suite, subject, OPTIONS)


def test_every_point_and_perturbation_is_measured(items):
    for label in (robustness_suite.CLEAN, *robustness_suite.POINTS):
        assert items[label].pictures == 24
        assert items[label].fingerprints == 10
        assert items[label].low <= items[label].value <= items[label].high
        assert f"attributed_{label}" in items
    for name, perturbation in perturbing.PERTURBATIONS.items():
        for kind in ("accuracy", "attribution"):
            curve = items[f"{kind}_{name}"]
            strengths = [strength for strength, _ in curve.points]
            assert tuple(strengths) == perturbation.strengths
            assert curve.x_label == perturbation.unit


def test_untouched_pictures_are_read_and_named(items):
    assert items["clean_png"].value == 1
    assert items["attributed_clean_png"].value == 1
    assert items["accuracy_noise"].points[0][1].value == 1


def test_bits_that_were_moved_are_lost(items):
    # Mirrored, each pixel shows another bit, and cut, the first rows are gone.
    for label in ("flip", "crop_0.7"):
        assert items[label].value == pytest.approx(0.5, abs=0.12)
        assert items[f"attributed_{label}"].value == 0


def test_mild_noise_is_survived_and_strong_noise_is_not(items):
    values = [figure.value for _, figure in items["accuracy_noise"].points]
    named = [figure.value for _, figure in items["attribution_noise"].points]

    assert values[1] > 0.99
    assert values[-1] < 0.9
    assert sorted(values, reverse=True) == pytest.approx(values, abs=0.02)
    assert named[1] == 1
    assert named[-1] < 1


def test_published_curves_stand_beside(items):
    crop = items["accuracy_crop"].published

    assert crop == published.curves("crop")
    assert items["accuracy_flip"].published == {}


def test_pictures_show_what_was_done(items):
    grid = items["perturbed"]

    assert len(grid.rows) == 1 + len(perturbing.PERTURBATIONS)
    row = 1 + list(perturbing.PERTURBATIONS).index("flip")
    np.testing.assert_array_equal(grid.images[row], grid.images[0][:, :, ::-1])


def test_naming_needs_both_the_maker_and_evidence():
    subject = pixel_subject.subject()
    made = robustness_suite.make(subject, OPTIONS)
    images = made.images

    # Bits of the next recipient: much evidence, of another one.
    wrong = np.roll(images, 1, axis=0)
    assert made.attributed("wrong", wrong).value == 0
    # Half of the rows erased: the maker is nearest still, without evidence.
    weak = images.copy()
    weak[:, 1:4] = 0
    assert made.attributed("weak", weak).value == 0
    assert made.attributed("whole", images).value == 1


def test_too_few_pictures_are_an_error():
    few = evaluation.Options(pictures=4)

    with pytest.raises(errors.EvaluationError, match="at least 8 pictures"):
        robustness_suite.check(pixel_subject.subject(), few)


def test_too_few_bits_are_an_error():
    many = evaluation.Options(recipients=2**50)

    with pytest.raises(errors.TooFewBitsError):
        robustness_suite.check(pixel_subject.subject(), many)
