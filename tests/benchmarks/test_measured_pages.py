"""What pages call measured is what the benchmarks' figures say."""

import json
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[2]


def figures(name):
    path = ROOT / "benchmarks" / "results" / f"{name}.json"
    return json.loads(path.read_text())["figures"]


def cells(text):
    """The rows of the tables in a text, headers among them."""
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return [
        [cell.strip() for cell in row.strip("|").split("|")] for row in rows
    ]


def page(name, begin, end):
    text = (ROOT / "docs" / name).read_text()
    [part] = re.findall(f"{begin}(.*?){end}", text, re.DOTALL)
    return part


def as_written(number):
    return f"{number:.2g}"


def test_rates_of_false_positives_are_those_measured():
    part = page(
        "evidence.md", "calibration: begin -->", "<!-- calibration: end"
    )
    found = figures("calibration")
    rows = {row[2]: row for row in cells(part) if row[0] == "all"}

    assert list(rows) == ["82", "86", "92"]
    for matches, keys in (
        ("82", ("predicted_rate", "median_measured_rate")),
        ("86", ("predicted_at_86_matches", "median_at_86_matches")),
        ("92", ("predicted_at_92_matches", "median_at_92_matches")),
    ):
        assert [rows[matches][3], rows[matches][5]] == [
            as_written(found[key]) for key in keys
        ]
        assert rows[matches][1] == f"{found['photographs']:,}"
    worst = [
        found[f"worst_measured_rate{end}"] for end in ("", "_low", "_high")
    ]
    assert rows["82"][6] == "{} ({} to {})".format(*map(as_written, worst))
    for matches in ("86", "92"):
        written = as_written(found[f"worst_at_{matches}_matches"])
        assert rows[matches][6].startswith(f"{written} (")


def test_what_issuance_refuses_is_what_was_measured():
    part = page(
        "evidence.md", "calibration: begin -->", "<!-- calibration: end"
    )
    found = figures("calibration")

    assert f"refuses {found['refused_share']:.2%} of random" in part
    assert f"it refuses {found['refused_share_by_half']:.2%}" in part
    worst = as_written(found["worst_left_on_other_half"])
    assert f"matched by {worst} of the other half" in part
    shares = {
        f"presence_rate_{name.replace(' ', '_')}": share
        for name, share in (row for row in cells(part) if len(row) == 2)
        if f"presence_rate_{name.replace(' ', '_')}" in found
    }
    assert len(shares) == sum(key.startswith("presence_") for key in found)
    assert shares == {key: as_written(found[key]) for key in shares}


@pytest.mark.parametrize("score", ["plain", "weighted"])
def test_who_is_named_is_what_was_measured(score):
    found = figures("collusion")
    first = 2 if score == "plain" else 6

    for row in cells(page("threats.md", "<!-- naming -->", "<!-- end"))[2:]:
        way, colluders = row[:2]
        several = [key for key in found if "_pictures_any_named" in key]
        suffix = re.search(r"_\d+_pictures_", several[0])[0].rstrip("_")
        keys = [
            f"{way}_c{colluders}_{score}{part}_{share}_named"
            for part in ("", suffix)
            for share in ("any", "each")
        ]
        assert row[first : first + 4] == [f"{found[key]:.0%}" for key in keys]


def test_bits_read_of_colluders_are_those_measured():
    found = figures("collusion")

    for row in cells(page("threats.md", "<!-- answers -->", "<!-- end"))[2:]:
        way, colluders = row[:2]
        start = f"{way}_c{colluders}_"
        right = found[f"{start}agreeing_bits_right"]
        assert float(row[2]) == pytest.approx(right, abs=6e-4)
        logit = found[f"{start}agreeing_logit"]
        assert float(row[3]) == pytest.approx(logit, rel=6e-3)
        of = [f"{n}_of_{colluders}" for n in range(1, int(colluders))]
        for column, what in ((4, "ones_read_at_"), (5, "logit_at_")):
            assert row[column] == ", ".join(
                f"{found[start + what + each]:.2f}" for each in of
            )


def test_innocents_and_simulations_are_those_counted():
    found = figures("collusion")

    rows = cells(page("threats.md", "<!-- innocents -->", "<!-- end"))[2:]
    assert rows == [
        ["plain", f"{found['trials']:,}", f"{found['plain_innocents_named']}"],
        ["weighted", f"{found['trials']:,}", f"{found['innocents_named']}"],
    ]
    for row in cells(page("threats.md", "<!-- simulated -->", "<!-- end"))[2:]:
        start = f"simulated_{row[0]}_bits_{row[1]}"
        assert row[2:] == [
            f"{found[f'{start}_c{number}_named']:.0%}" for number in (2, 3, 4)
        ]
