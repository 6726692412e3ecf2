"""The page in a real browser, against the local server."""

import json
import pathlib

import pytest

import export.page
from tf_fingerprint.quickstart import page as quickstart_page

from ..attributing import published as published
from ..attributing import serving as serving
from . import browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        browser.CHROMIUM is None, reason="there is no Chromium here"
    ),
]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with browser.started(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def page(chromium, serving):
    chromium.console.clear()
    chromium.show_as(1000)
    chromium.open(f"{serving.rest}/")
    return chromium


def answered(page, number):
    """Texts of all cards, once so many are there and answered."""
    page.wait_until(
        "document.querySelector('#state').textContent.startsWith("
        f"'{number} of {number} picture')"
    )
    return texts(page, "#answers article")


def texts(page, selector):
    return page.evaluate(
        f"Array.from(document.querySelectorAll({json.dumps(selector)}),"
        " (each) => each.innerText)"
    )


def test_one_picture_gets_verdict_odds_and_bits(page, serving):
    page.choose_files("#files", [serving.acme])

    [card] = answered(page, 1)
    assert "acme.png" in card
    issuance = serving.records["acme"].id
    assert f"Made by the copy of issuance {issuance}" in card
    odds = quickstart_page.in_words(2 * 2.0**-32)
    assert f"Chance does as well for {odds}." in card
    assert "32 of 32 bits match the nearest copy" in card
    grid = page.evaluate(
        "document.querySelector('.answer .bits svg').ariaLabel"
    )
    read = serving.hexadecimal(serving.acme)
    assert grid == f"The bits that were read: {read}"
    assert (
        page.evaluate("document.querySelectorAll('.answer .bits .one').length")
        == int(read, 16).bit_count()
    )
    assert page.evaluate("document.querySelector('#together').hidden")
    assert page.console == []


def test_dropped_pictures_are_answered_in_order_and_counted(
    page, serving, tmp_path
):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    copy = tmp_path / "<b>copy.png"
    copy.write_bytes(serving.acme.read_bytes())

    page.drop_files(
        "#drop", [serving.nobody, serving.acme, broken, serving.birch, copy]
    )

    cards = answered(page, 5)
    assert [card.splitlines()[0] for card in cards] == [
        *("nobody.png", "acme.png", "broken.png", "birch.png", "<b>copy.png")
    ]
    assert "Attributed to nobody" in cards[0]
    assert "Can't be read: it is neither PNG nor JPEG" in cards[2]
    assert "Made by a copy that was revoked: issuance" in cards[3]
    acme, birch, nobody = texts(page, "#groups article")
    assert f"issuance {serving.records['acme'].id}" in acme
    assert "2 of 4 pictures." in acme
    odds = quickstart_page.in_words(4 * 2 * 2.0**-32)
    odds = odds.replace("pictures", "such collections")
    assert f"in at least one picture for {odds}." in acme
    assert "32 of 32 bits were read the same in all" in acme
    assert "revoked" in birch and "1 of 4 pictures." in birch
    assert "nobody" in nobody
    assert page.console == []


def test_what_is_shown_can_be_cleared(page, serving):
    page.choose_files("#files", [serving.acme])
    answered(page, 1)

    page.evaluate("document.querySelector('#clear').click()")

    assert texts(page, "#answers article") == []
    assert page.evaluate("document.querySelector('#each').hidden")
    page.choose_files("#files", [serving.acme])
    assert len(answered(page, 1)) == 1


def test_a_model_that_is_not_there_is_told(page, serving):
    page.open(f"{serving.rest}/?model=nowhere")

    page.wait_until("document.querySelector('#state').textContent")
    assert "no model called “nowhere”" in texts(page, "#state")[0]
    page.choose_files("#files", [serving.acme])
    [card] = answered(page, 1)
    assert "The server answered 404: Servable not found" in card


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 360])
def test_nothing_is_cut_off(page, serving, tmp_path, width, scheme):
    page.show_as(width, scheme=scheme)
    page.choose_files("#files", [serving.acme, serving.birch, serving.nobody])
    answered(page, 3)

    page.screenshot(tmp_path / "page.png")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


PROBABILITIES = [
    *(1.0, 0.95, 0.94, 0.5, 0.01, 0.0099, 1 / 4321, 1e-3, 2.5e-8, 1e-6),
    *(1.0001e-12, 9.9e-13, 3e-25, 1e-17, 2.0**-128, 3 * 2.0**-128, 1.01e-9),
]


def test_odds_are_worded_as_in_the_quickstarts_report(page):
    words = page.evaluate(f"{PROBABILITIES}.map((each) => inWords(each))")

    assert words == list(map(quickstart_page.in_words, PROBABILITIES))


def test_every_control_and_picture_has_a_name(page, serving):
    page.choose_files("#files", [serving.acme])
    answered(page, 1)

    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    named = {}
    for node in nodes:
        if not node["ignored"]:
            role = node["role"]["value"]
            named.setdefault(role, []).append(node["name"]["value"])

    assert all(named["button"]) and named["button"]
    assert len(named["image"]) == 2 and all(named["image"])
    assert named["heading"][0] == "Whose copy made this picture?"
    assert "status" in named


def test_the_page_asks_nobody_else():
    html = export.page.read()

    assert "connect-src 'self'" in html
    assert "innerHTML" not in html
    addresses = {word for word in html.split('"') if "://" in word}
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert pathlib.Path(export.page.__file__).with_name("index.html").is_file()
