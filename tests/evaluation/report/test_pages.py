"""The page of a report, in a real browser."""

import base64
import re

import numpy as np
import pytest

from tf_fingerprint.evaluation import Curve
from tf_fingerprint.evaluation import Figure
from tf_fingerprint.evaluation import Grid
from tf_fingerprint.evaluation.report import pages
from tf_fingerprint.evaluation.report import reports

from ...export.page import browser

FACTS = {
    "made_at": "2026-11-21T00:00:00+00:00",
    "run": {"digest": "ab" * 32, "num_bits": 128},
    "photographs": None,
    "options": {"pictures": 2048, "features": "<script>alert(1)</script>"},
    "versions": {"tf_fingerprint": "0"},
}


def figure(name, value):
    return Figure(name, value, value - 0.05, value + 0.02, 2048, 1000)


def curve(published=True):
    return Curve(
        "jpeg_bit_accuracy",
        "quality",
        "bit accuracy",
        [(q, figure(f"jpeg_{q}", 0.4 + q / 200)) for q in (10, 50, 100)],
        {"paper, <immunised>": [(100, 1), (10, 0.53)]} if published else {},
    )


def page(folder):
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 16, 16, 3))
    grid = Grid("pictures", images.astype("uint8"), ("first", "second"))
    items = [figure("bit_accuracy_png", 0.9916), curve(), grid]
    suite = reports.SuiteReport.of(
        "accuracy", items, seconds=3, inputs="0" * 64, folder=folder
    )
    return pages.page(FACTS, [suite], folder)


def test_the_page_needs_nothing_beside_it(tmp_path):
    html = page(tmp_path)

    assert "<script" not in html
    assert "&lt;script&gt;" in html
    sources = re.findall(r'(?:src|href|url)[=(]"?([^")]*)', html)
    (picture,) = [each for each in sources if not each.startswith("#")]
    assert picture.startswith("data:image/png;base64,")
    encoded = picture.partition(",")[2]
    grid = tmp_path / "grids" / "accuracy-pictures.png"
    assert base64.b64decode(encoded) == grid.read_bytes()


def test_numbers_have_their_intervals_and_what_they_rest_on(tmp_path):
    cells = re.findall("<td>(.*?)</td>", page(tmp_path))

    start = cells.index("bit accuracy png")
    assert cells[start : start + 6] == [
        *("bit accuracy png", "0.9916", "0.9416 to 1.012", ""),
        *("2,048", "1,000"),
    ]


def marks(drawn):
    """Where the run's own points are; the last one is the legend's."""
    found = re.findall(
        r'x="([\d.]+)" y="([\d.]+)" style="fill: #2b6cb0; stroke', drawn
    )
    return [tuple(map(float, pair)) for pair in found]


def test_higher_points_are_drawn_higher_and_further_ones_further():
    drawn = pages.draw(curve())

    xs, ys = zip(*marks(drawn)[:-1], strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys, reverse=True)
    # Strengths 10, 50 and 100 lie at their distances.
    assert (xs[1] - xs[0]) / (xs[2] - xs[0]) == pytest.approx(4 / 9, abs=0.01)
    assert "paper, &lt;immunised&gt;" in drawn
    assert "paper" not in pages.draw(curve(published=False))


def test_the_band_reaches_from_the_low_to_the_high_end():
    drawn = pages.draw(curve())

    heights = [y for _, y in marks(drawn)[:-1]]
    steps = (heights[0] - heights[-1]) / 0.45  # From 0.45 to 0.9.
    band = re.search(r'<path id="\w+" d="([^"]*)"', drawn)[1]
    ends = re.findall(r"[ML] ([\d.]+) -([\d.]+)", band)
    at_first = {float(y) for x, y in ends if x == min(ends)[0]}
    assert max(at_first) - min(at_first) == pytest.approx(
        0.07 * steps, rel=0.01
    )


def test_what_looks_like_a_formula_is_not_one():
    point = (0, figure("a", 0.5))

    assert "at $5 and $7" in pages.draw(
        Curve("a", "at $5 and $7", "y", [point])
    )


def test_a_curve_of_one_point_or_of_equal_ones_can_be_drawn():
    for points in ([(1, figure("a", 0.5))], [(0, Figure("a", 0, 0, 0, 1, 1))]):
        drawn = pages.draw(Curve("flat", "x", "y", points))

        assert "nan" not in drawn
        assert len(marks(drawn)) == 2


def test_the_same_curve_is_drawn_the_same():
    assert pages.draw(curve()) == pages.draw(curve())


@pytest.mark.slow
@pytest.mark.skipif(
    browser.CHROMIUM is None, reason="there is no Chromium here"
)
def test_a_browser_shows_all_of_it(tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page(tmp_path), "utf-8")

    with browser.started(tmp_path / "profile") as chromium:
        for width in (1000, 400):
            chromium.show_as(width)
            chromium.open(path.as_uri())
            seen = chromium.evaluate(
                """(() => {
                const box = (each) => each.getBoundingClientRect();
                const all = (name) => [...document.querySelectorAll(name)];
                return {
                  heading: document.querySelector("h2").innerText,
                  pictures: all("img").map(
                    (each) => [each.naturalWidth, box(each).width > 50]),
                  charts: all("svg").map((each) => box(each).height > 50),
                  marks: all("svg g > use").every(
                    (each) => box(each).height > 0),
                  inside: all("svg text").every((each) =>
                    box(each).left >= box(each.closest("svg")).left - 1 &&
                    box(each).right <= box(each.closest("svg")).right + 1),
                  overflow: document.documentElement.scrollWidth
                    - document.documentElement.clientWidth,
                  loaded: performance.getEntriesByType("resource")
                    .filter((each) => !each.name.startsWith("data:")).length,
                }; })()"""
            )
            assert seen == {
                "heading": "Accuracy",
                "pictures": [[128, True]],
                "charts": [True],
                "marks": True,
                "inside": True,
                "overflow": 0,
                "loaded": 0,
            }
        assert chromium.console == []
