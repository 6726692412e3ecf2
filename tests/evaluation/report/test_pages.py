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
from tf_fingerprint.pages import charts

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
    sources = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert [source[:5] for source in sources] == ["#accu", "data:"]
    encoded = sources[1].partition(",")[2]
    grid = tmp_path / "grids" / "accuracy-pictures.png"
    assert base64.b64decode(encoded) == grid.read_bytes()


def test_numbers_have_their_intervals_and_what_they_rest_on(tmp_path):
    cells = re.findall("<td>(.*?)</td>", page(tmp_path))

    start = cells.index("bit accuracy png")
    assert cells[start : start + 6] == [
        *("bit accuracy png", "0.9916", "0.9416 to 1.012", ""),
        *("2,048", "1,000"),
    ]


def test_higher_points_are_drawn_higher_and_further_ones_further():
    drawn = charts.curve(curve())

    places = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawn)
    xs, ys = (
        [float(place) for place in each] for each in zip(*places, strict=True)
    )
    assert xs == sorted(xs)
    assert ys == sorted(ys, reverse=True)
    # Strengths 10, 50 and 100 lie at their distances.
    assert (xs[1] - xs[0]) / (xs[2] - xs[0]) == pytest.approx(4 / 9, abs=0.01)
    assert drawn.count("<polyline") == 2
    assert charts.curve(curve(published=False)).count("<polyline") == 1
    assert "paper, &lt;immunised&gt;" in drawn


def test_a_curve_of_one_point_or_of_equal_ones_can_be_drawn():
    for points in ([(1, figure("a", 0.5))], [(0, Figure("a", 0, 0, 0, 1, 1))]):
        drawn = charts.curve(Curve("flat", "x", "y", points))

        assert "nan" not in drawn
        assert drawn.count("<circle") == 1


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
                  marks: all("circle").every((each) => box(each).width > 0),
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
