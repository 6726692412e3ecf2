import numpy as np
import pytest

from tf_fingerprint import calibration
from tf_fingerprint import fingerprints
from tf_fingerprint.attribution.ranking import Ranking
from tf_fingerprint.calibration import readings
from tf_fingerprint.calibration.readings import Reading

from . import habits


def test_one_image_reads_as_its_bits():
    logits = habits.photograph_logits(1)

    reading = Reading.hard(logits)

    np.testing.assert_array_equal(reading.bits, logits[0] > 0)
    assert reading.total == 64


def test_several_images_read_as_their_majority():
    logits = np.array([[1.0, -1, 1, -3], [1, -1, -1, 1], [-9, 9, 1, 1]])

    assert Reading.hard(logits).bits.tolist() == [1, 0, 1, 1]
    assert Reading.hard(logits[1:]).bits.tolist() == [0, 1, 0, 1]


def test_sums_of_ratios_are_weighted_by_how_sure_they_are():
    model = calibration.SoftModel(np.ones(3), np.zeros(3), 10.0)
    logits = np.array([[1.0, -2, 4], [1, -2, -1]])

    reading = Reading.soft(logits, model)

    assert reading.bits.tolist() == [1, 0, 1]
    assert reading.weights.tolist() == [910, 1820, 1365]
    assert reading.missed(np.uint8([0, 0, 0])) == 910 + 1365


def test_hard_odds_are_those_of_the_formula():
    reading = Reading.hard(habits.photograph_logits(1))

    expected = fingerprints.log10_false_positive_rate(50, 64)
    assert reading.log10_rate(14) == pytest.approx(expected, abs=1e-12)


def test_majorities_of_groups_are_those_of_each():
    logits = habits.photograph_logits(12).reshape(4, 3, 64)

    found = readings.majority(logits)

    for bits, group in zip(found, logits, strict=True):
        np.testing.assert_array_equal(bits, Reading.hard(group).bits)


@pytest.mark.parametrize("max_numbers", [64, 200, 2**24])
def test_the_nearest_are_those_of_a_loop(monkeypatch, max_numbers):
    monkeypatch.setattr(
        "tf_fingerprint.attribution.ranking._MAX_NUMBERS", max_numbers
    )
    issued = habits.fresh_bits(30)
    issued[7] = issued[3]  # A tie: the first comes first.
    candidates = habits.make_candidates(issued)
    model = habits.make_calibration(40).soft
    logits = habits.picture_logits(np.r_[issued[:4], habits.fresh_bits(3)])
    read = [Reading.soft(each[None], model) for each in logits]
    read += [Reading.hard(each[None]) for each in logits]

    places, missed = Ranking(candidates).nearest(read, 5)

    for reading, row, amounts in zip(read, places, missed, strict=True):
        expected = sorted(
            (reading.missed(bits), place) for place, bits in enumerate(issued)
        )[:5]
        found = list(zip(amounts.tolist(), row.tolist(), strict=True))
        assert found == expected


def test_without_candidates_nobody_is_near():
    places, missed = Ranking(habits.make_candidates([])).nearest(
        [Reading.hard(habits.photograph_logits(1))], 2
    )

    assert places.shape == missed.shape == (1, 0)
