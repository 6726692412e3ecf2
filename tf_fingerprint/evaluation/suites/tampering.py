"""What becomes of a fingerprint when its recipient changes the copy.

Beside the bits stands what becomes of the pictures: a copy that makes noise has
lost its fingerprint and its use. Published figures are those of Yu et al., 2021
(https://arxiv.org/abs/2007.08457), of another generator with 100 bits.
"""

from collections.abc import Iterator
from collections.abc import Sequence

from tf_fingerprint import errors
from tf_fingerprint.evaluation.attacks import copies as sealed
from tf_fingerprint.evaluation.attacks import fine_tuning
from tf_fingerprint.evaluation.attacks import weight_changes as changes
from tf_fingerprint.evaluation.metrics import extractors
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.report.figures import Item
from tf_fingerprint.evaluation.subjects import Options
from tf_fingerprint.evaluation.subjects import Subject

DECIMALS = (5, 4, 3, 2, 1, 0.5, 0)
NOISE = (0, 0.06, 0.12, 0.18, 0.24, 0.3)
INTEGER_BITS = (8, 6, 5, 4, 3, 2)
FLOATS = ("float16", "bfloat16")
PRUNED = (0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
SHARES_OF_ANOTHER = (0, 0.1, 0.2, 0.3, 0.4, 0.5)
# Photographs seen; before, the discriminator alone sees as many as this.
FINE_TUNING = (0, 250, 500, 1000, 2000, 4000)
DISCRIMINATOR_ALONE = 1000

MIN_PHOTOGRAPHS = 100

PUBLISHED_ROUNDING = {
    "training data marked, ProGAN, CelebA 128": (
        *((5, 0.984), (4, 0.988), (3, 0.985), (2, 0.980), (1, 0.985)),
        (0, 0.653),
    )
}
PUBLISHED_NOISE = {
    "training data marked, ProGAN, CelebA 128": (
        *((0, 0.986), (0.06, 0.962), (0.12, 0.864), (0.18, 0.771)),
        *((0.24, 0.708), (0.3, 0.696)),
    )
}


def check(subject: Subject, options: Options) -> None:
    """Raises unless there are networks to change and photographs to train on.

    Raises `errors.EvaluationError` if there is no run, or too few photographs.
    """
    if subject.run is None:
        raise errors.EvaluationError(
            "The suite `tampering` must have a run, whose copies it seals and "
            "changes. Received functions alone. Give a run directory."
        )
    if len(subject.photographs) < MIN_PHOTOGRAPHS:
        raise errors.EvaluationError(
            "The suite `tampering` trains copies on, for which it must have "
            f"at least {MIN_PHOTOGRAPHS} photographs. Received "
            f"{len(subject.photographs)}. Give more."
        )


def suite(subject: Subject, options: Options) -> Iterator[Item]:
    """Curves of bits and pictures against what is done to the weights."""
    extractor = None
    if options.features is not None:  # Never fetched for a column beside.
        extractor = extractors.load(options.features)
    copies = sealed.Copies(subject, options, extractor=extractor)
    yield from of_weights(copies, options)
    yield from of_averages(copies)
    yield from of_fine_tuning(copies, subject, options)


def of_weights(copies: sealed.Copies, options: Options) -> Iterator[Curve]:
    """Rounding, noise, shorter numbers and pruning."""
    random = options.random("tampering")
    yield from sealed.curves(
        "rounding",
        "weights rounded to decimals of their standard deviation",
        _sweep(copies, "rounding", DECIMALS, changes.rounded, biases=True),
        PUBLISHED_ROUNDING,
    )

    def noisy(array, strength):
        return changes.noisy(array, strength, random)

    yield from sealed.curves(
        "weight_noise",
        "noise on weights, in standard deviations of theirs",
        _sweep(copies, "weight_noise", NOISE, noisy, biases=True),
        PUBLISHED_NOISE,
    )
    for name in FLOATS:
        [(_, figures)] = _sweep(
            copies, "cast", [name], changes.cast, biases=True
        )
        yield from figures.values()
    yield from sealed.curves(
        "integers",
        "bits of a weight, as integers with a scale per channel",
        _sweep(copies, "integers", INTEGER_BITS, changes.quantized, axes=True),
    )
    yield from sealed.curves(
        "pruning",
        "share of each kernel set to 0, the smallest first",
        _sweep(copies, "pruning", PRUNED, changes.pruned),
    )


def of_averages(copies: sealed.Copies) -> Iterator[Curve]:
    """Copies mixed with a share of another's.

    `copies`: at least two.
    """
    pairs = list(
        zip(
            copies.weights,
            [*copies.weights[1:], copies.weights[0]],
            strict=True,
        )
    )
    readings = [
        (
            share,
            copies.look(
                f"averaging_{share}",
                [changes.mixed(*pair, share) for pair in pairs],
            ),
        )
        for share in SHARES_OF_ANOTHER
    ]
    label = "share of another copy in the weights"
    yield from sealed.curves("averaging", label, readings)


def of_fine_tuning(
    copies: sealed.Copies,
    subject: Subject,
    options: Options,
    *,
    checkpoints: Sequence[int] = FINE_TUNING,
    alone: int = DISCRIMINATOR_ALONE,
    learning_rate: float = 1e-4,
    name: str = "fine_tuning",
) -> Iterator[Curve]:
    """One copy trained on, with photographs and without the decoder.

    `copies`: the first of them is trained; `checkpoints`: photographs seen at
    which to look, ascending; `alone`: photographs that the discriminator sees
    before.
    """
    settings = subject.run.config
    copies.network.set_weights(copies.weights[0])
    training = fine_tuning.FineTuning(
        copies.network,
        subject.photographs,
        channel_base=settings.networks.channel_base,
        max_channels=settings.networks.max_channels,
        learning_rate=learning_rate,
        r1=settings.losses.r1,
        seed=options.seed,
    )
    readings = [
        (seen, copies.look(f"{name}_{seen}", [copies.network.get_weights()]))
        for seen in training.run(checkpoints, alone=alone)
    ]
    label = "photographs that the copy was trained on with"
    yield from sealed.curves(name, label, readings)


def _sweep(copies, name, strengths, change, *, biases=False, axes=False):
    """Pairs of a strength and what is read of copies changed by so much."""
    readings = []
    for strength in strengths:

        def by_so_much(array, axis, strength=strength):
            return change(array, strength, *([axis] if axes else []))

        weights = [
            changes.changed(copies.network, each, by_so_much, biases=biases)
            for each in copies.weights
        ]
        readings.append((strength, copies.look(f"{name}_{strength}", weights)))
    return readings
