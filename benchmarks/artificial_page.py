"""Puts what was measured of the artificial method into its page.

Only what files in benchmarks/results hold is shown.

    python benchmarks/artificial_page.py
"""

import argparse
import pathlib

import artificial
import artificial_curriculum
import artificial_suites
import artificial_tables as tables
import pages
import results_file
import results_page

from tf_fingerprint.evaluation.report import published
from tf_fingerprint.evaluation.suites import tampering

PAGE = "artificial_results.md"
TRANSFER, SUITES = "artificial_transfer", artificial_suites.RESULT
CONVERGENCE = artificial_curriculum.RESULT
GOALS = {
    "codec_accuracy_png": ("bits of photographs held out, PNG", 0.99),
    "codec_psnr": ("peak signal-to-noise ratio, dB", 33),
    "gan_accuracy_single": ("bits of a GAN's single picture, worst", 0.85),
    "gan_accuracy_vote64": ("bits in votes of 64, worst GAN", 0.98),
    "gan_attributed_vote64": ("votes attributed right, worst GAN", 1.0),
    "diffusion_accuracy_single": ("bits of a diffusion model's picture", None),
    "diffusion_accuracy_vote": ("bits in votes of 64, diffusion", None),
    "fidelity_cost": ("Frechet distance, cost, worst GAN, at most", 0.10),
    "kernel_cost": ("kernel distance, cost, worst GAN, at most", 0.10),
    "ratio_to_pytorch": ("encoding, speed over PyTorch's", 1.0),
}
GENERATORS = {
    "accuracy_single": "bits, single picture",
    "accuracy_vote": "bits, vote of 64",
    "detected_single": "single pictures detected",
    "detected_vote": "votes detected",
    "attributed_single": "single pictures attributed",
    "attributed_vote": "votes attributed",
    "accused_wrongly_vote": "votes that accuse another",
    "clean_accuracy_single": "control: bits, single picture",
    "clean_detected_single": "control: single pictures detected",
    "clean_detected_vote": "control: votes detected",
    "frechet_clean": "Frechet distance, trained on clean photographs",
    "frechet_marked": "Frechet distance, on marked ones",
    "frechet_cost": "its cost",
    "kernel_clean": "kernel distance, trained on clean photographs",
    "kernel_marked": "kernel distance, on marked ones",
    "kernel_cost": "its cost",
    "pictures": "pictures",
}
# The units of the plots: sides are of 128 pixels.
UNITS = {
    "noise": "standard deviation, share of the range",
    "blur": "kernel, share of the side",
    "jpeg": "quality",
    "crop": "share of the side kept",
}
WEIGHTS = {
    "rounding": ("decimals", tampering.PUBLISHED_ROUNDING),
    "weight_noise": ("standard deviations", tampering.PUBLISHED_NOISE),
}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (
        ("docs", pages.DOCS),
        ("results", results_file.RESULTS),
    ):
        parser.add_argument(f"--{name}", type=pathlib.Path, default=default)
    args = parser.parse_args(arguments)
    found = {
        name: artificial.of_all(args.results, name)
        for name in (*("embedding", TRANSFER, SUITES, CONVERGENCE),)
    }
    codec = artificial.read(args.results, "artificial_codec")
    fine = artificial.read(args.results, "artificial_codec_fine")
    names = list(artificial.generators(found[TRANSFER]))
    changed = [n for n in names if f"{n}_pictures" in found[SUITES]]
    filled = {
        "goals": goals(args.results),
        "codec": tables.codec(codec),
        "strengths": tables.strengths(codec),
        "fine strengths": tables.strengths(fine),
        "convergence": tables.convergence(found[CONVERGENCE]),
        "generators": generators(found[TRANSFER], names),
        **{kind: curve(found[SUITES], kind, changed) for kind in UNITS},
        **{kind: weights(found[SUITES], kind, changed) for kind in WEIGHTS},
        "marked again": tables.marked_again(found[SUITES]),
        "secrecy": tables.secrecy(found[SUITES]),
        "speed": tables.speed(codec),
        "embedding": tables.embedding(found["embedding"]),
    }
    for name, (header, rows) in filled.items():
        path = pages.fill(PAGE, name, header, rows, folder=args.docs)
        print(f"{name:12} {len(rows)} rows")
    print(path)


def goals(folder):
    """What must be reached, and what was."""
    lines = [
        (words, "artificial", name, goal, None)
        for name, (words, goal) in GOALS.items()
    ]
    rows = results_page.measured(lines, folder)
    return ("figure", "measured", "goal"), [
        (words, value, goal) for words, value, _, goal, _, _ in rows
    ]


def generators(figures, names):
    """One column a generator."""
    rows = [
        (words, *(f"{figures[f'{name}_{key}']:.4g}" for name in names))
        for key, words in GENERATORS.items()
        if names
    ]
    return ("figure", *names), rows


def curve(figures, kind, names):
    """The paper's points and ours, of photographs and of each generator."""
    header = ["paper, photographs", "ours", "paper, ProGAN"]
    for name in names:
        header += [name, f"{name}, 64"]
    points = zip(
        published.curves(kind)[published.TRAINING_PICTURES],
        published.curves(kind)[published.ARTIFICIAL],
        strict=True,
    )
    rows = []
    for (strength, of_photographs), (_, of_generator) in points:
        place = f"{kind}_{strength:.4g}"
        if f"photographs_{place}" not in figures:
            continue
        row = [
            of_photographs,
            tables.three(figures[f"photographs_{place}"]),
        ]
        row += [of_generator]
        for name in names:
            key = f"{name}_{place}"
            row += [
                tables.three(figures[key]),
                tables.three(figures[f"{key}_vote"]),
            ]
        rows.append((f"{strength:.3g}", *row))
    return (UNITS[kind], *header), rows


def weights(figures, kind, names):
    """The paper's points and ours; bits, and how far pictures move away."""
    label, [(_, paper)] = WEIGHTS[kind][0], WEIGHTS[kind][1].items()
    paper = dict(paper)
    measured = [n for n in names if f"{n}_{kind}_bit_accuracy_0" in figures]
    header = [label, "paper, ProGAN"]
    for name in measured:
        header += [f"{name}, bits", "all pictures' vote", "Frechet distance"]
    strengths = tampering.DECIMALS if kind == "rounding" else tampering.NOISE
    rows = []
    for strength in strengths if measured else ():
        row = [f"{strength:g}", paper.get(strength, "-")]
        for name in measured:
            for what in ("bit_accuracy", "vote", "distance"):
                row.append(
                    tables.three(figures[f"{name}_{kind}_{what}_{strength:g}"])
                )
        rows.append(row)
    return header, rows


if __name__ == "__main__":
    main()
