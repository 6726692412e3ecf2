"""The tables of docs/scale.md on how often verdicts are right."""

import pages

PAGE = "scale.md"


def fill(figures, counts, together):
    """Writes what was measured into the page.

    Args:
        figures: Of `attribution.py`.
        counts: Numbers of issued fingerprints.
        together: Pictures that were judged together.
    """
    _fill_shares(figures, counts, together)
    rows = [
        (
            count,
            figures[f"milliseconds_odds_{count}"],
            figures[f"milliseconds_whole_{count}"],
        )
        for count in counts
    ]
    header = ("issued", "ms, odds alone", "ms, with a calibration")
    pages.fill(PAGE, "latency", header, rows)


def _fill_shares(figures, counts, together):
    decided = ("hard", "soft")
    columns = [f"{each}_right" for each in decided]
    columns += [f"{each}_right_together_{together}" for each in decided]
    rows = [
        (
            count,
            kind,
            *(f"{figures[f'{each}_{kind}_{count}']:.1%}" for each in columns),
            figures[f"wrong_{kind}_{count}"],
        )
        for count in counts
        for kind in _kinds(figures, count)
    ]
    header = ("issued", "pictures", "hard bits", "soft bits")
    header += tuple(f"{each}, {together} together" for each in decided)
    pages.fill(PAGE, "attribution", (*header, "wrongly named"), rows)


def _kinds(figures, count):
    """Names of what was done to the pictures."""
    for name in figures:
        if name.startswith("wrong_") and name.endswith(f"_{count}"):
            yield name.removeprefix("wrong_").removesuffix(f"_{count}")
