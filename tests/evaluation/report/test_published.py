import numpy as np
import pytest

from tf_fingerprint.evaluation.attacks import perturbing
from tf_fingerprint.evaluation.report import published

NAMES = ("crop", "blur", "jpeg", "noise", "combined")


@pytest.mark.parametrize("name", NAMES)
def test_curves_lie_over_the_strengths_that_are_measured(name):
    curves = published.curves(name)
    measured = perturbing.PERTURBATIONS[name].strengths

    assert {published.SCALABLE, published.IMMUNISED} <= set(curves)
    for points in curves.values():
        assert len(points) == 10
        assert all(0.4 < accuracy <= 1 for _, accuracy in points)
        strengths = [strength for strength, _ in points]
        assert min(measured) - 0.001 <= min(strengths)
        assert max(strengths) <= max(measured) + 0.001
    np.testing.assert_allclose(
        [strength for strength, _ in curves[published.SCALABLE]],
        measured,
        atol=0.001,
    )


def test_immunising_helped_where_the_paper_says_so():
    for name in ("crop", "noise", "combined"):
        curves = published.curves(name)
        _, before = curves[published.SCALABLE][2]
        _, after = curves[published.IMMUNISED][2]
        assert after > before + 0.3


def test_of_other_perturbations_nothing_was_published():
    assert published.curves("flip") == {}
