"""What a codec does to photographs, and whether it can be undone by itself."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tf_fingerprint import errors
from tf_fingerprint.evaluation import codecs
from tf_fingerprint.evaluation import subjects
from tf_fingerprint.evaluation.metrics import accuracy
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.report.figures import Grid
from tf_fingerprint.evaluation.report.figures import Item
from tf_fingerprint.evaluation.subjects import Options
from tf_fingerprint.evaluation.subjects import Subject

# Shares of a second marking in the picture that the attacker passes on.
SHARES = tuple(round(0.1 * step, 1) for step in range(11))

# In the grid: photographs, and how much their difference is enlarged.
SHOWN, GAIN = 8, 5


def check(subject: Subject, options: Options) -> None:
    """Raises an `EvaluationError` unless a codec marks pictures enough."""
    if subject.codec is None:
        raise errors.EvaluationError(
            "The suite `marking` must have a codec, which marks photographs. "
            "Received a generator. Give the run directory of a codec."
        )
    subjects.check_pictures(options, "Marking")


def suite(subject: Subject, options: Options) -> Iterator[Item]:
    """How much pictures change, and what is left after they are marked again.

    The attacker has the encoder itself, marks a picture with a fingerprint of
    his own choosing, and passes on a mixture:

        x <- (1 - share) x + share E(x, c')

    Reference:
        Yu et al., 2021 (https://arxiv.org/abs/2007.08457), whose code does
        this; figures were not published.
    """
    random = options.random("marking")
    originals = codecs.draw(subject.photographs, options.pictures, random)
    bits = subject.fresh_fingerprints(len(originals))
    marked = subject.codec.encode(originals, bits)
    yield from _changes(originals, marked)
    yield _grid(originals, marked)
    yield from of_remarking(subject, marked, bits)


def of_remarking(subject: Subject, marked, bits) -> Iterator[Curve]:
    """Bits read after a second fingerprint was laid over the first.

    `marked`: pictures that carry the first; `bits`: `(pictures, num_bits)`,
    what they carry. Returns an iterator over three curves: the first
    fingerprint's bits, the second's, and the change of the pictures.
    """
    others = subject.fresh_fingerprints(len(marked))
    again = subject.codec.encode(marked, others).astype(np.float32)
    points: dict[str, list[Any]] = {"first": [], "second": [], "change": []}
    for share in SHARES:
        mixed = np.rint((1 - share) * marked + share * again).astype(np.uint8)
        read = subject.decode(mixed) > 0
        for name, carried in (("first", bits), ("second", others)):
            figure = Figure.bit_accuracy(
                f"remarked_{name}_{share}",
                accuracy.bit_accuracy_counts(read, carried),
                subject.num_bits,
                fingerprints=len(bits),
            )
            points[name].append((share, figure))
        change = Figure.change(
            f"remarked_{share}", marked, mixed, fingerprints=len(mixed)
        )
        points["change"].append((share, change))
    label = "share of the second marking in the picture"
    for name, what in (
        ("first", "bit accuracy of the first fingerprint"),
        ("second", "bit accuracy of the second fingerprint"),
        ("change", "change of the pictures, in levels"),
    ):
        yield Curve(f"remarking_{name}", label, what, tuple(points[name]))


def _changes(originals, marked):
    """Signal-to-noise ratio and change of the pictures."""
    squares = np.square(marked.astype(np.float32) - originals)
    errors_of = squares.mean(axis=(1, 2, 3)).astype(np.float64)
    # Rounded pictures that are equal differ by less than this.
    smallest = 1 / originals[0].size
    decibels = 10 * np.log10(255**2 / np.maximum(errors_of, smallest))
    yield Figure.bootstrap(
        "psnr", np.mean, decibels, fingerprints=len(marked), unit="dB"
    )
    yield Figure.bootstrap(
        "psnr_lowest_tenth",
        lambda values: float(np.quantile(values, 0.1)),
        decibels,
        fingerprints=len(marked),
        unit="dB",
    )
    yield Figure.change("change", originals, marked, fingerprints=len(marked))


def _grid(originals, marked):
    few, same = originals[:SHOWN], marked[:SHOWN]
    difference = same.astype(np.int16) - few
    residual = np.clip(128 + GAIN * difference, 0, 255).astype(np.uint8)
    return Grid(
        "marked",
        np.stack([few, same, residual]),
        ("photographs", "marked", f"difference, times {GAIN}"),
        "Not chosen: the first that were drawn.",
    )
