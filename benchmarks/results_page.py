"""Puts what the benchmarks of evaluation measured into docs/results.md.

Only what a file in benchmarks/results holds is shown: a row of a figure that
nobody has measured does not appear.

    python benchmarks/results_page.py
"""

import argparse
import json
import pathlib

import pages
import results_file

PAGE = "results.md"
HEADER = ("figure", "measured", "95 % interval", "goal", "paper", "command")

# By table: words, file, figure, goal, what the paper reports.
TABLES = {
    "accuracy": [
        ("bits, PNG", "shipped", "bit_accuracy_png", 0.985, 0.99),
        ("bits, JPEG 90", "shipped", "jpeg90_bit_accuracy", None, None),
    ],
    "robustness": [
        ("no perturbation", "robustness", "clean_png", 0.98, "0.96-1.00"),
        ("crop to 0.9", "robustness", "crop_0.9", 0.97, 0.99),
        ("crop to 0.7", "robustness", "crop_0.7", 0.90, 0.97),
        ("JPEG 80", "robustness", "jpeg_80", 0.92, 0.82),
        ("JPEG 50", "robustness", "jpeg_50", 0.85, 0.70),
        ("noise 0.05", "robustness", "noise_0.05", 0.97, 0.99),
        ("blur 0.08", "robustness", "blur_0.08", 0.92, 0.82),
        ("horizontal flip", "robustness", "flip", 0.95, None),
        ("combined", "robustness", "combined", 0.90, 0.97),
    ]
    + [
        (f"package's weights: {words}", "robustness_shipped", name, None, None)
        for words, name in (
            ("no perturbation", "clean_png"),
            ("crop to 0.9", "crop_0.9"),
            ("crop to 0.7", "crop_0.7"),
            ("JPEG 80", "jpeg_80"),
            ("JPEG 50", "jpeg_50"),
            ("noise 0.05", "noise_0.05"),
            ("blur 0.08", "blur_0.08"),
            ("horizontal flip", "flip"),
            ("combined", "combined"),
        )
    ],
    "fidelity": [
        ("Frechet, 4,096 pictures", "shipped", "frechet", None, None),
        ("without fingerprint", "shipped", "frechet_baseline", None, None),
        ("its cost", "shipped", "fidelity_cost", 0.25, None),
    ]
    + [
        (words, "fidelity", name, goal, None)
        for words, name, goal in (
            ("Frechet, MobileNet", "frechet_mobilenet", None),
            ("without fingerprint", "frechet_mobilenet_baseline", None),
            ("its cost", "frechet_mobilenet_cost", 0.25),
            ("photographs", "frechet_mobilenet_photographs", None),
            ("kernel distance, MobileNet", "kid_mobilenet", None),
            ("its cost", "kid_mobilenet_cost", 0.25),
            ("precision", "precision", None),
            ("precision without", "precision_baseline", None),
            ("recall", "recall", None),
            ("recall without", "recall_baseline", None),
            ("PSNR of fingerprints, dB", "psnr_of_fingerprints", None),
        )
    ]
    + [
        (f"robust weights: {words}", "fidelity_robust", name, None, None)
        for words, name in (
            ("Frechet, MobileNet", "frechet_mobilenet"),
            ("its cost", "frechet_mobilenet_cost"),
            ("kernel distance, MobileNet", "kid_mobilenet"),
            ("its cost", "kid_mobilenet_cost"),
            ("PSNR of fingerprints, dB", "psnr_of_fingerprints"),
        )
    ],
    "attribution": [
        ("of 1,000, PNG", "shipped", "attributed_right_of_1000", 0.999, None),
    ]
    + [
        (
            f"{world} world, {copies:,} copies",
            "evaluation_attribution",
            f"{world}_{copies}",
            None,
            1.0 if copies <= 100 else None,
        )
        for world in ("closed", "open")
        for copies in (1, 10, 100, 1_000, 10_000)
    ]
    + [
        (
            "strangers accused, 10,000 copies",
            *("evaluation_attribution", "strangers_accused_10000"),
            *(None, None),
        )
    ],
}

TABLES["tampering"] = [
    (words, "tampering", name, None, paper)
    for words, name, paper in (
        ("float16", "bit_accuracy_cast_float16", None),
        ("bfloat16", "bit_accuracy_cast_bfloat16", None),
        ("int8", "integers_bit_accuracy_8", None),
        ("4-bit integers", "integers_bit_accuracy_4", None),
        ("rounded to 0.1 deviations", "rounding_bit_accuracy_1", 0.985),
        ("rounded to whole deviations", "rounding_bit_accuracy_0", 0.653),
        ("noise of 0.06 deviations", "weight_noise_bit_accuracy_0.06", 0.962),
        ("noise of 0.12", "weight_noise_bit_accuracy_0.12", 0.864),
        ("noise of 0.3", "weight_noise_bit_accuracy_0.3", 0.696),
        ("30 % pruned", "pruning_bit_accuracy_0.3", None),
        ("50 % pruned", "pruning_bit_accuracy_0.5", None),
        ("averaged with another", "averaging_bit_accuracy_0.5", None),
    )
] + [
    (words, "tampering", f"fine_tuning_{rate}_{figure}", None, None)
    for rate in ("0.0001", "0.0005")
    for words, figure in (
        (f"trained on, rate {rate}, 1,008 photographs", "bit_accuracy_1008"),
        ("share attributed", "attributed_1008"),
        ("kernel distance", "kernel_distance_1008"),
        (f"rate {rate}, 3,008 photographs", "bit_accuracy_3008"),
        ("share attributed", "attributed_3008"),
        ("kernel distance, 0 photographs", "kernel_distance_0"),
        ("kernel distance", "kernel_distance_3008"),
    )
]
TABLES["secrecy"] = [
    (
        f"{attacker}, {task.replace('_', ' ')}, {size:,} pictures",
        *("secrecy", f"told_by_{file}_{task}_{size}"),
        *(None, None),
    )
    for attacker, file in (
        ("network", "network"),
        ("without examples", "artificial_sets"),
    )
    for task in ("same_generator", "baseline", "two_copies")
    for size in (100, 1000, 4000, 10_000)
] + [
    (words, "secrecy", name, None, None)
    for words, name in (
        ("average alone: same copy above others", "ranked_right_alone"),
        ("average less another's", "ranked_right_difference"),
        ("unfiltered", "ranked_right_difference_unfiltered"),
        (
            "bits after 4 averages were taken off",
            "removal_difference_bit_accuracy_4",
        ),
        (
            "bits after 4 averages were added to others",
            "forgery_difference_bit_accuracy_4",
        ),
    )
]
TABLES["capacity"] = [
    (f"{words}, {bits} bits", "capacity", f"bits_{kind}_{bits}", None, None)
    for kind, words in (
        ("unseen", "bits read, unseen fingerprints"),
        ("carried", "bits that a picture tells"),
        ("difference", "difference in levels"),
    )
    for bits in (32, 64, 128, 256, 512)
] + [
    (
        f"{kind} fingerprints, trained with {count:,}",
        *("capacity", f"training_fingerprints_{kind}_{count}"),
        *(None, None),
    )
    for count in (10, 100, 1000, 10_000, 100_000)
    for kind in ("unseen", "seen")
]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("docs", pages.DOCS), ("results", None)):
        parser.add_argument(f"--{name}", type=pathlib.Path, default=default)
    args = parser.parse_args(arguments)
    for table, lines in TABLES.items():
        rows = list(measured(lines, args.results or results_file.RESULTS))
        path = pages.fill(PAGE, table, HEADER, rows, folder=args.docs)
        print(f"{table:12} {len(rows)} of {len(lines)} figures")
    print(path)


def measured(lines, folder):
    """The rows of which there is a figure."""
    for words, file, name, goal, paper in lines:
        path = folder / f"{file}.json"
        result = json.loads(path.read_text()) if path.exists() else {}
        figures = result.get("figures", {})
        if name not in figures:
            continue
        ends = [figures.get(f"{name}_{end}") for end in ("low", "high")]
        interval = "-" if None in ends else "{:.4g} to {:.4g}".format(*ends)
        blank = ["-" if each is None else each for each in (goal, paper)]
        command = f"`{result['command']}`"
        yield words, f"{figures[name]:.4g}", interval, *blank, command


if __name__ == "__main__":
    main()
