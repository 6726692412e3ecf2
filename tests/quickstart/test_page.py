"""Odds in words, and what distinguishes two pictures."""

import numpy as np
import pytest

from tf_fingerprint.quickstart import page as quickstart_page


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1.0, "nearly every picture"),
        (0.5, "about 50 in 100 pictures"),
        (0.01, "about 1 in 100 pictures"),
        (0.0099, "about one in 100 pictures"),
        (1 / 4321, "about one in 4.3 thousand pictures"),
        (1e-6, "about one in 1 million pictures"),
        (1.0001e-12, "about one in 1 trillion pictures"),
        (9.9e-13, "less than one in a trillion pictures"),
        (1e-17, "less than one in a thousand trillion pictures"),
        (3 * 2.0**-128, "less than one in a trillion trillion trillion"),
    ],
)
def test_odds_in_words(probability, words):
    assert quickstart_page.in_words(probability).startswith(words)


def test_residuals_are_five_times_the_difference():
    first = np.array([10, 100, 255], np.uint8)
    second = np.array([10, 90, 0], np.uint8)

    assert quickstart_page.residual(first, second).tolist() == [128, 178, 255]
    assert quickstart_page.residual(second, first).tolist() == [128, 78, 0]


def test_names_can_not_break_the_page():
    image = np.zeros((1, 4, 4, 1), np.uint8)
    summary = {
        "num_bits": 128,
        "threshold": 93,
        "max_false_positive_rate": 1e-6,
        "pictures_each": 1,
        "generator_digest": "0" * 64,
        "by_recipient": [],
        "photograph": {
            "recipient": "<script>",
            "num_matches": 93,
            "num_bits": 128,
            "threshold": 93,
            "p_value": 1e-6,
        },
    }

    page = quickstart_page.page(summary, {"<script>": image}, image[0])

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
