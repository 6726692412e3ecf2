"""What 1,000 pictures of one copy give away when they are averaged."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tf_fingerprint.evaluation import baselines
from tf_fingerprint.evaluation.metrics import accuracy
from tf_fingerprint.evaluation.metrics import patterns
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.report.figures import Grid
from tf_fingerprint.evaluation.report.figures import Item
from tf_fingerprint.evaluation.subjects import Options
from tf_fingerprint.evaluation.subjects import Subject

AVERAGED = 1000

# Times that the average is taken off, or added.
STRENGTHS = (0, 1, 2, 4, 8)

# Whether what other copies show is taken off, and the blur; see `patterns`.
KINDS = {
    "alone": (False, patterns.BLUR),
    "difference": (True, patterns.BLUR),
    "difference_unfiltered": (True, None),
}


def of_averages(
    subject: Subject, options: Options, *, averaged: int = AVERAGED
) -> Iterator[Item]:
    """How alike pictures are to the average of one copy's, and what it does.

    The attacker averages pictures of one copy, and as many of another if he
    has one to compare with. Then other pictures of the same copy, of strangers'
    copies and of none are held against the average; it is taken off the copy's
    own pictures, to remove the fingerprint, and added to pictures without, to
    forge it.
    """
    random = options.random("averages")
    bits = subject.fresh_fingerprints(2)
    copies = [
        subject.generate(np.broadcast_to(each, (averaged, len(each))), random)
        for each in bits
    ]
    count = max(2, options.pictures // 2)
    held_out = {
        "same_copy": subject.generate(
            np.broadcast_to(bits[0], (count, len(bits[0]))), random
        ),
        "other_copies": subject.generate(
            subject.fresh_fingerprints(count), random
        ),
        "no_copy": baselines.neutral_side(subject).generate(count, random),
    }
    shown = []
    for kind, (compares, blur) in KINDS.items():
        found = [
            patterns.fixed_pattern(
                one, another if compares else None, blur=blur
            )
            for one, another in (copies, copies[::-1])
        ]
        shown.append([patterns.picture_of(each) for each in found])
        yield from _likeness(kind, found[0], blur, held_out)
        yield from _moved(kind, found[0], subject, held_out, bits[0])
    yield Grid(
        "average_pictures",
        np.stack(shown),
        tuple(f"{kind}: this copy, another" for kind in KINDS),
        f"Means of {averaged} pictures, stretched to black and white",
    )


def _likeness(kind, pattern, blur, held_out):
    """Correlations with each sort of picture, and how well they tell."""
    alike = {
        name: patterns.correlations(images, pattern, blur=blur)
        for name, images in held_out.items()
    }
    for name, values in alike.items():
        carried = {"same_copy": 1, "no_copy": 0}.get(name, len(values))
        yield Figure.bootstrap(
            f"correlation_{kind}_{name}", np.mean, values, fingerprints=carried
        )
    yield Figure.bootstrap(
        f"ranked_right_{kind}",
        lambda pairs: patterns.ranked_right(pairs[:, 0], pairs[:, 1]),
        np.stack([alike["same_copy"], alike["other_copies"]], axis=1),
        fingerprints=len(alike["other_copies"]) + 1,
        pictures=2 * len(alike["same_copy"]),
    )


def _moved(kind, pattern, subject, held_out, bits):
    """Bits read when the average is taken off, and when it is added."""
    for name, sort, sign in (
        ("removal", "same_copy", -1),
        ("forgery", "no_copy", 1),
    ):
        images = held_out[sort]
        readings = [
            (
                strength,
                *_read(
                    f"{name}_{kind}_{strength}",
                    images,
                    patterns.shifted(images, pattern, sign * strength),
                    subject,
                    bits,
                ),
            )
            for strength in STRENGTHS
        ]
        label = "times that the average is " + (
            "taken off" if sign < 0 else "added"
        )
        yield Curve(
            f"{name}_{kind}_bit_accuracy",
            label,
            "share of the copy's bits that are read",
            tuple((strength, right) for strength, right, _ in readings),
        )
        yield Curve(
            f"{name}_{kind}_change",
            label,
            "change of the pictures, in levels",
            tuple((strength, change) for strength, _, change in readings),
        )


def _read(
    name: str,
    images: npt.NDArray[np.uint8],
    moved: npt.NDArray[np.uint8],
    subject: Subject,
    bits: npt.NDArray[np.uint8],
) -> tuple[Figure, Figure]:
    """Bit accuracy of changed pictures, and how much they changed."""
    read = np.asarray(subject.decode(moved)) > 0
    matches = accuracy.bit_accuracy_counts(
        read, np.broadcast_to(bits, read.shape)
    )
    return (
        Figure.bit_accuracy(
            f"bit_accuracy_{name}", matches, len(bits), fingerprints=1
        ),
        Figure.change(f"change_{name}", images, moved, fingerprints=1),
    )
