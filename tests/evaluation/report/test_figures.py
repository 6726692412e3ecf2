"""Figures, curves and grids hold only what can stand in a report."""

import math

import numpy as np
import pytest

from tf_fingerprint import evaluation
from tf_fingerprint.evaluation import Curve
from tf_fingerprint.evaluation import Figure
from tf_fingerprint.evaluation import Grid


def test_a_share_has_wilson_s_interval():
    figure = Figure.share("named", 90, 100, fingerprints=7)

    low, high = evaluation.wilson_interval(90, 100)
    assert (figure.value, figure.low, figure.high) == (0.9, low, high)
    assert (figure.pictures, figure.fingerprints, figure.unit) == (100, 7, "")


def test_a_share_of_bits_is_as_sure_as_its_pictures_are():
    alike = Figure.bit_accuracy("bits", [24] * 50, 32, fingerprints=50)
    unlike = Figure.bit_accuracy("bits", [16, 32] * 25, 32, fingerprints=50)

    assert alike.value == unlike.value == 0.75
    assert alike.pictures == 50
    assert unlike.high - unlike.low > 2 * (alike.high - alike.low)


def test_bits_that_are_all_right_are_within_their_interval():
    figure = Figure.bit_accuracy("bits", [32] * 50, 32, fingerprints=1)

    assert figure.low < figure.value == figure.high == 1.0


def test_a_median_has_a_bootstrap_interval():
    values = np.random.default_rng(0).normal(size=500)

    figure = Figure.bootstrap("median", np.median, values, fingerprints=3)

    assert figure.low < figure.value < figure.high
    error = math.sqrt(math.pi / 2 / 500)  # Of a normal sample's median.
    assert figure.high - figure.low == pytest.approx(3.92 * error, rel=0.3)
    assert figure == Figure.bootstrap(
        "median", np.median, values, fingerprints=3
    )


def test_pictures_are_more_than_values_where_several_made_one():
    figure = Figure.bootstrap(
        "psnr", np.mean, [1.0, 2.0], fingerprints=3, pictures=6, unit="dB"
    )

    assert (figure.pictures, figure.unit) == (6, "dB")


def test_a_distance_has_its_draws_scatter():
    figure = Figure.scattered(
        "frechet", 10.0, [11.0, 13.0, 15.0], pictures=3, fingerprints=3
    )

    assert figure.low == pytest.approx(10 - 1.96 * 2, abs=0.01)
    assert figure.high == pytest.approx(10 + 1.96 * 2, abs=0.01)


@pytest.mark.parametrize(
    "numbers",
    [
        (math.nan, 0.0, 1.0, 1, 1),
        (0.5, -math.inf, 1.0, 1, 1),
        (0.5, 0.6, 0.4, 1, 1),
        (0.5, 0.4, 0.6, -1, 1),
        (0.5, 0.4, 0.6, 1, -1),
    ],
)
def test_what_is_no_figure_is_refused(numbers):
    with pytest.raises(ValueError, match="`strange` must"):
        Figure("strange", *numbers)


def test_numpy_s_numbers_become_plain_ones():
    figure = Figure(
        "plain", np.float32(0.5), np.float64(0), 1, np.int64(3), np.int32(2)
    )

    kinds = [type(value) for value in vars(figure).values()]
    assert kinds == [str, float, float, float, int, int, str]


def test_a_curve_has_points_and_others_beside():
    figure = Figure("jpeg", 0.9, 0.8, 1.0, 10, 10)
    curve = Curve(
        "jpeg", "quality", "share", [(90, figure)], {"paper": [(90, 0.85)]}
    )

    assert curve.points == ((90.0, figure),)
    assert curve.published == {"paper": ((90.0, 0.85),)}
    with pytest.raises(ValueError, match="at least one point"):
        Curve("jpeg", "quality", "share", ())


def test_grids_hold_rows_of_pixels_with_labels():
    images = np.zeros((2, 3, 4, 4, 3), np.uint8)

    assert Grid("all", images, ["a", "b"]).rows == ("a", "b")
    with pytest.raises(ValueError, match="label for each of its 2 rows"):
        Grid("all", images, ["a"])
    for wrong in (images[0], images.astype("float32"), images[:0]):
        with pytest.raises(ValueError, match="rows of uint8 pictures"):
            Grid("all", wrong, ["a"] * len(wrong))
