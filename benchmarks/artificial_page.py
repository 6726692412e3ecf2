"""Puts what was measured of the artificial method into its page.

Only what files in benchmarks/results hold is shown.

    python benchmarks/artificial_page.py
"""

import argparse
import json
import pathlib
import re

import artificial
import artificial_curriculum
import artificial_suites
import pages
import results_file
import results_page

from tf_fingerprint.evaluation import published
from tf_fingerprint.evaluation import tampering

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
        name: read(args.results, name)
        for name in ("artificial_codec", TRANSFER, SUITES, CONVERGENCE)
    }
    names = list(artificial.generators(found[TRANSFER]))
    tables = {
        "goals": goals(args.results),
        "codec": codec(found["artificial_codec"]),
        "strengths": strengths(found["artificial_codec"]),
        "convergence": convergence(found[CONVERGENCE]),
        "generators": generators(found[TRANSFER], names),
        **{kind: curve(found[SUITES], kind, names) for kind in UNITS},
        **{kind: weights(found[SUITES], kind, names) for kind in WEIGHTS},
        "marked again": marked_again(found[SUITES]),
        "secrecy": secrecy(found[SUITES]),
        "speed": speed(found["artificial_codec"]),
    }
    for name, (header, rows) in tables.items():
        path = pages.fill(PAGE, name, header, rows, folder=args.docs)
        print(f"{name:12} {len(rows)} rows")
    print(path)


def read(folder, name):
    """A result's figures; none if there is no such file."""
    path = folder / f"{name}.json"
    return json.loads(path.read_text())["figures"] if path.exists() else {}


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


def codec(figures):
    """Accuracy and ratio on the way there."""
    header = ("photographs shown", "bits, PNG", "signal-to-noise ratio, dB")
    places = sorted(
        int(match[1])
        for match in (re.fullmatch(r"psnr_at_(\d+)", n) for n in figures)
        if match
    )
    return header, [
        (
            place,
            f"{figures[f'accuracy_at_{place}']:.4f}",
            f"{figures[f'psnr_at_{place}']:.2f}",
        )
        for place in places
    ]


def strengths(figures):
    """Accuracy and ratio of weaker marks."""
    header = ("strength", "bits, PNG", "signal-to-noise ratio, dB")
    places = sorted(
        (
            float(match[1])
            for match in (
                re.fullmatch(r"psnr_at_strength_([\d.]+)", n) for n in figures
            )
            if match
        ),
        reverse=True,
    )
    return header, [
        (
            f"{place:g}",
            f"{figures[f'accuracy_at_strength_{place:g}']:.4f}",
            f"{figures[f'psnr_at_strength_{place:g}']:.2f}",
        )
        for place in places
    ]


def convergence(figures):
    """One row a training."""
    header = (
        *("training", "bits, PNG", "signal-to-noise ratio, dB"),
        *("bits in use", "read at 0.9 after"),
    )
    rows = []
    for name in artificial_curriculum.VARIANTS:
        if f"{name}_accuracy" in figures:
            rows.append(
                (
                    name.replace("_", " "),
                    f"{figures[f'{name}_accuracy']:.4f}",
                    f"{figures[f'{name}_psnr']:.1f}",
                    figures[f"{name}_active_bits"],
                    figures.get(f"{name}_images_until_read", "never"),
                )
            )
    return header, rows


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
        row = [of_photographs, three(figures[f"photographs_{place}"])]
        row += [of_generator]
        for name in names:
            key = f"{name}_{place}"
            row += [three(figures[key]), three(figures[f"{key}_vote"])]
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
                row.append(three(figures[f"{name}_{kind}_{what}_{strength:g}"]))
        rows.append(row)
    return header, rows


def marked_again(figures):
    """Bits of the first and the second fingerprint."""
    header = ("share of the second marking", "first", "second", "levels")
    places = sorted(
        float(match[1])
        for match in (
            re.fullmatch(r"remarking_first_([\d.]+)", n) for n in figures
        )
        if match
    )
    return header, [
        (
            f"{place:g}",
            *(
                three(figures[f"remarking_{what}_{place:g}"])
                for what in ("first", "second", "change")
            ),
        )
        for place in places
    ]


def secrecy(figures):
    """How often attackers are right, by the pictures that they have."""
    header = ("attacker", "pictures", "right", "95 % interval")
    rows = []
    for name in figures:
        match = re.fullmatch(r"(told_by_\w+?)_(\d+)", name)
        if match:
            low, high = (figures[f"{name}_{end}"] for end in ("low", "high"))
            rows.append(
                (
                    match[1].replace("_", " "),
                    int(match[2]),
                    three(figures[name]),
                    f"{low:.3f} to {high:.3f}",
                )
            )
    return header, rows


def speed(figures):
    """Pictures a second on both sides."""
    header = ("what", "Keras", "PyTorch", "ratio")
    rows = [
        (
            task.replace("_", ", "),
            f"{figures[f'{task}_images_per_second']:.4g}",
            f"{figures[f'{task}_images_per_second_pytorch']:.4g}",
            f"{figures[f'{task}_ratio_to_pytorch']:.3g}",
        )
        for task in ("encode", "decode", "train", "train_bfloat16")
        if f"{task}_ratio_to_pytorch" in figures
    ]
    return header, rows


def three(number):
    """With three digits behind the point."""
    return f"{number:.3f}" if abs(number) < 10 else f"{number:.1f}"


if __name__ == "__main__":
    main()
