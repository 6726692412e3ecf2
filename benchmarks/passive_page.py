"""Puts what was measured of the passive method into docs/passive_results.md.

Only what a file in benchmarks/results holds is shown.

    python benchmarks/passive_page.py
"""

import argparse
import json
import pathlib
import re

import pages
import results_file
import results_page

PAGE = "passive_results.md"
GROUPS = ("architectures", "seeds")
ATTACKS = ("noise", "blur", "crop", "jpeg", "relight", "combined")

# By table: words, file, figure, goal, what the paper reports of CelebA.
TABLES = {
    "told apart": [
        (
            "real and four architectures",
            *("passive", "architectures_accuracy", 0.98, 0.994),
        ),
        (
            "real and ten seeds of one architecture",
            *("passive", "seeds_accuracy", 0.95, 0.991),
        ),
        (
            "by fingerprints, the visualization network",
            *("passive", "visualization_accuracy", None, None),
        ),
        (
            "unknown architectures called unknown",
            *("passive", "unknown_detected_at_5_percent", None, None),
        ),
        (
            "known ones called unknown, at most 0.05 wanted",
            *("passive", "unknown_false_positives", None, None),
        ),
    ],
    "strangers": [
        (
            f"{words}, by {score if score == 'either' else 'the ' + score}",
            *("passive", f"unknown_{name}_by_{score}", None, None),
        )
        for words, name in (
            ("DCGAN, left out", "dcgan"),
            ("StyleGAN2, left out", "stylegan2"),
            ("WGAN-GP, left out", "wgan_gp"),
            ("diffusion, left out", "diffusion"),
            ("photographs of fruits", "fruits"),
            ("photographs of landscapes and people", "landscapes"),
            ("drawn bodies", "drawn_bodies"),
            ("noise", "noise"),
        )
        for score in ("either", "distance", "energy")
    ],
    "features": [
        ("ratio, learned features", "passive", "frechet_ratio", None, None),
        (
            "ratio, MobileNet's features",
            *("passive", "frechet_ratio_mobilenet", None, None),
        ),
        ("the one over the other", "passive", "frechet_ratio_gain", 1.5, None),
    ],
    "baselines": [
        (f"{what}: {words}", "passive", f"{kind}baseline_{name}", None, paper)
        for what, kind in (("architectures", ""), ("seeds", "seeds_"))
        for words, name, paper in (
            ("nearest neighbour, pixels", "nearest_pixels", 0.28),
            ("nearest neighbour, principal components", "nearest_eigen", 0.533),
            ("ridge regression on those", "linear_eigen", None),
            ("PRNU-style correlation", "prnu", 0.866),
            ("MobileNet's features, trained head", "mobilenet_head", None),
        )
        for paper in [None if kind else paper]
    ]
    + [
        (
            "architectures: the head, of all 4,138 of each source",
            *("passive_baselines", "mobilenet_head", None, None),
        )
    ],
    "attacks": [
        (words, "passive", f"{kind}_{name}", goal, paper)
        for name, before, after, goal in (
            ("noise", 0.091, 0.930, 0.9),
            ("blur", 0.496, 0.972, 0.9),
            ("crop", 0.468, 0.983, 0.9),
            ("jpeg", 0.088, 0.880, None),
            ("relight", 0.940, 0.987, 0.9),
            ("combined", 0.193, 0.726, None),
        )
        for words, kind, goal, paper in (
            (f"{name}, before", "before", None, before),
            (f"{name}, after", "immunised", goal, after),
            (f"{name}, after, clean pictures", "clean_immunised", None, None),
        )
    ],
    "copies": [
        (words.format(copies), "passive_instances", f"{name}_{copies}", *last)
        for copies, papers in ((10, (0.998, 0.102)), (100, (0.955, None)))
        for words, name, last in (
            ("classifier, {} copies it knows", "passive_closed", [papers[0]]),
            ("fingerprints, the same", "fingerprint_closed", [1.0]),
            (
                "classifier, {} new copies called unknown",
                *("passive_open_called_unknown", [papers[1]]),
            ),
            ("fingerprints name them", "fingerprint_open", [1.0]),
        )
        for last in [(None, *last)]
    ],
}
CURVES = {"postpool": "patches", "low": "low bands", "high": "high bands"}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("docs", pages.DOCS), ("results", None)):
        parser.add_argument(f"--{name}", type=pathlib.Path, default=default)
    args = parser.parse_args(arguments)
    results = args.results or results_file.RESULTS
    for table, lines in TABLES.items():
        rows = list(results_page.measured(lines, results))
        pages.fill(PAGE, table, results_page.HEADER, rows, folder=args.docs)
        print(f"{table:12} {len(rows)} of {len(lines)} figures")
    path = results / "passive.json"
    figures = {}
    if path.exists():
        figures = json.loads(path.read_text())["figures"]
    for prefix, table in CURVES.items():
        header = ("measured at", "accuracy", "95 % interval")
        rows = points(figures, prefix)
        pages.fill(PAGE, table, header, rows, folder=args.docs)
    for group in GROUPS:
        header, rows = confusion(figures, group)
        page = pages.fill(PAGE, group, header, rows, folder=args.docs)
    print(page)


def points(figures, prefix):
    """The points of a curve, in order."""
    found = sorted(
        int(match[1])
        for match in (re.fullmatch(rf"{prefix}_(\d+)", n) for n in figures)
        if match
    )
    return [
        (
            place,
            figures[f"{prefix}_{place}"],
            "{:.4g} to {:.4g}".format(
                figures[f"{prefix}_{place}_low"],
                figures[f"{prefix}_{place}_high"],
            ),
        )
        for place in found
    ]


def confusion(figures, group):
    """What pictures are, in rows, and what they are taken for."""
    pairs = [
        name.removeprefix(f"{group}_").split("_as_")
        for name in figures
        if name.startswith(f"{group}_") and "_as_" in name
    ]
    labels = list(dict.fromkeys(label for label, _ in pairs))
    rows = [
        (label, *(figures[f"{group}_{label}_as_{other}"] for other in labels))
        for label in labels
    ]
    return ("is", *labels), rows


if __name__ == "__main__":
    main()
