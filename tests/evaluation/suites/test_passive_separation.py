import numpy as np
import pytest

from tf_fingerprint.evaluation.metrics import fidelity
from tf_fingerprint.evaluation.suites import passive_separation


def features(apart, count=40, width=6, seed=0):
    """Three round clouds, so far from each other."""
    random = np.random.default_rng(seed)
    sources = np.repeat(np.arange(3), count)
    means = apart * np.eye(3, width)
    return means[sources] + random.standard_normal(
        (len(sources), width)
    ), sources


@pytest.mark.parametrize("width", [6, 60])
def test_distances_are_those_of_the_fidelity_suite(width):
    random = np.random.default_rng(1)
    one = random.standard_normal((30, width))
    other = 0.5 + 2 * random.standard_normal((30, width))

    distance = passive_separation._Cloud(one).distance(
        passive_separation._Cloud(other)
    )

    assert distance == pytest.approx(fidelity.frechet_distance(one, other))


def test_what_tells_nothing_apart_has_a_ratio_of_one():
    values, sources = features(0.0, count=200)

    assert passive_separation.ratio(values, sources) == pytest.approx(
        1, abs=0.25
    )


def test_the_further_apart_the_higher_the_ratio():
    ratios = [passive_separation.ratio(*features(apart)) for apart in (0, 2, 8)]

    assert ratios[0] < ratios[1] < ratios[2]
    # Squared means 128 apart; halves of 20 scatter by a few.
    assert ratios[2] > 20


def test_all_distances_are_of_equally_many_pictures(monkeypatch):
    sizes = []

    class Counted(passive_separation._Cloud):
        def __init__(self, features):
            sizes.append(len(features))
            super().__init__(features)

    monkeypatch.setattr(passive_separation, "_Cloud", Counted)
    values, sources = features(0.0, count=40)
    fewer = (sources > 0) | (np.arange(len(sources)) < 20)

    passive_separation.ratio(values[fewer], sources[fewer])

    assert sizes == [10] * 6


def test_too_few_pictures_are_refused():
    values, sources = features(1.0, count=3)

    with pytest.raises(ValueError, match="at least four pictures each"):
        passive_separation.ratio(values, sources)
