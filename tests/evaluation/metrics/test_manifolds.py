"""Manifolds against a slow loop."""

import numpy as np
import pytest

from tf_fingerprint.evaluation.metrics import manifolds


def test_inside_is_what_a_slow_loop_says(monkeypatch):
    monkeypatch.setattr(manifolds, "_ROWS", 7)
    random = np.random.default_rng(0)
    pictures = random.normal(0.4, 1, (25, 3))
    others = random.normal(size=(20, 3))

    found = manifolds.inside(pictures, others)

    radii = []
    for other in others:
        distances = sorted(np.linalg.norm(others - other, axis=1))
        radii.append(distances[3])  # The first is to itself.
    expected = [
        any(
            np.linalg.norm(picture - other) <= radius
            for other, radius in zip(others, radii, strict=True)
        )
        for picture in pictures
    ]
    assert found.tolist() == expected
    assert 0 < found.sum() < 25


def test_a_collapse_has_precision_and_no_recall():
    photographs = np.random.default_rng(0).normal(size=(200, 2))
    collapsed = photographs[:1] + np.random.default_rng(1).normal(
        0, 1e-3, (200, 2)
    )

    assert manifolds.inside(collapsed, photographs).mean() > 0.9
    assert manifolds.inside(photographs, collapsed).mean() < 0.05


def test_too_few_or_other_features_are_an_error():
    with pytest.raises(ValueError, match="more than 3 pictures"):
        manifolds.inside(np.zeros((5, 2)), np.zeros((3, 2)))
    with pytest.raises(ValueError, match="equally many features"):
        manifolds.inside(np.zeros((5, 2)), np.zeros((5, 3)))
