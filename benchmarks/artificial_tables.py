"""Tables of `artificial_page.py`, each of one result's figures.

Each function returns the header and the rows.
"""

import re

import artificial_curriculum


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


def embedding(figures):
    """Sets of two sizes that were marked, read back and checked."""
    header = ("pictures", "a second", "most memory, MB")
    rows = [
        tuple(
            f"{figures[f'{key}_{size}']:,.0f}"
            for key in ("pictures", "pictures_per_second", "megabytes")
        )
        for size in ("few", "many")
        if f"pictures_{size}" in figures
    ]
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
