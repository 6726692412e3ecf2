"""Whether somebody without the decoder can see a fingerprint.

Three attackers: one trains a network on examples of pictures with and without
fingerprints, or of two copies; one has no examples, only pictures of both kinds
and marks of his own; one averages many pictures of one copy and looks at what
remains.
"""

import dataclasses
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint.evaluation import baselines
from tf_fingerprint.evaluation.attacks import averaged_pictures
from tf_fingerprint.evaluation.attacks import steganalysis
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.report.figures import Item
from tf_fingerprint.evaluation.subjects import Options
from tf_fingerprint.evaluation.subjects import Subject

# Pictures of both kinds together that an attacker trains on.
SET_SIZES = (100, 300, 1000, 3000, 10_000)
# The least that a network is shown, repetitions counted; large sets twice.
LEAST_IMAGES = 6000

Pictures = npt.NDArray[np.uint8]
Source = Callable[[int, np.random.Generator], Pictures]


@dataclasses.dataclass(frozen=True)
class Task:
    """Two kinds of pictures that an attacker wants to tell apart.

    `fingerprints`: how many different ones they carry; 0 for as many as there
    are pictures of the second kind.
    """

    name: str
    first: Source
    second: Source
    fingerprints: int = 0


def check(subject: Subject, options: Options) -> None:
    """Raises unless there is a generator to make pictures without fingerprint.

    Raises `errors.EvaluationError` if there is no run, or its pictures are
    smaller than the attacker's network takes.
    """
    if subject.run is None:
        raise errors.EvaluationError(
            "The suite `secrecy` must have a run, whose generator also makes "
            "pictures without fingerprint. Received functions alone. Give a "
            "run directory."
        )
    if subject.resolution < steganalysis.SMALLEST_RESOLUTION:
        raise errors.EvaluationError(
            "The suite `secrecy` must have pictures of at least "
            f"{steganalysis.SMALLEST_RESOLUTION} pixels a side, as the "
            f"attacker's network does. Received {subject.resolution}."
        )
    baselines.of_options(subject, options)


def suite(subject: Subject, options: Options) -> Iterator[Item]:
    """How often attackers are right, and what an average gives away."""
    attacker = steganalysis.Attacker(
        subject.resolution,
        subject.run.config.data.channels,
        seed=options.seed,
    )
    for task in tasks(subject, options):
        yield of_examples(attacker, task, options)
    for task in tasks(subject, options):
        if not task.fingerprints:
            yield of_artificial_sets(task, subject, options)
    yield from averaged_pictures.of_averages(subject, options)


def tasks(subject: Subject, options: Options) -> Iterator[Task]:
    """What there is to be told apart.

    Against the same generator with all bits neutral, which no outsider has;
    against the baseline, another training whose own traces tell too; and two
    copies of one generator.
    """

    def marked(count, random):
        return subject.generate(subject.fresh_fingerprints(count), random)

    yield Task(
        "same_generator", baselines.neutral_side(subject).generate, marked
    )
    baseline = baselines.of_options(subject, options)
    if baseline is not None:
        yield Task("baseline", baseline.generate, marked)
    one, other = (
        copy_of(subject, bits) for bits in subject.fresh_fingerprints(2)
    )
    yield Task("two_copies", one, other, fingerprints=2)


def copy_of(subject: Subject, bits: npt.NDArray) -> Source:
    """Makes pictures that all carry one fingerprint.

    `bits`: `(num_bits,)`. Returns from a number and a random generator to so
    many.
    """
    return lambda count, random: subject.generate(
        np.broadcast_to(bits, (count, len(bits))), random
    )


def of_examples(
    attacker: steganalysis.Attacker,
    task: Task,
    options: Options,
    *,
    sizes: Sequence[int] = SET_SIZES,
) -> Curve:
    """A network trained on examples of both kinds.

    `sizes`: of the training sets, both kinds together, ascending. Returns share
    of held-out pictures told right, against the sets' size.
    """
    random = options.random(f"examples {task.name}")
    largest, held_out = max(sizes) // 2, options.pictures // 2
    pictures = [
        make(largest + held_out, random) for make in (task.first, task.second)
    ]
    return told_by_network(
        *(attacker, task.name, pictures, sizes, held_out),
        fingerprints=task.fingerprints or held_out,
    )


def told_by_network(
    attacker: steganalysis.Attacker,
    name: str,
    kinds: Sequence[Pictures],
    sizes: Sequence[int],
    held_out: int,
    *,
    fingerprints: int,
    what: str = "pictures",
) -> Curve:
    """The share told right of the first of either kind; it trains on others."""
    points = []
    for size in sizes:
        attacker.train(
            *(each[held_out:][: size // 2] for each in kinds),
            images=max(LEAST_IMAGES, 2 * size),
        )
        right = sum(
            int(((attacker.classify(each[:held_out]) > 0) == kind).sum())
            for kind, each in enumerate(kinds)
        )
        figure = Figure.share(
            f"told_{name}_{size}",
            *(right, 2 * held_out),
            fingerprints=fingerprints,
        )
        points.append((size, figure))
    return Curve(
        f"told_by_network_{name}",
        f"{what} in the training set, half of either kind",
        f"share of held-out {what} told right; 0.5 is chance",
        tuple(points),
    )


def of_artificial_sets(
    task: Task,
    subject: Subject,
    options: Options,
    *,
    sizes: Sequence[int] = SET_SIZES,
) -> Curve:
    """Pictures of both kinds, and nobody who says which is which.

    The attacker marks them with what fingerprints of his own change in other
    pictures of this very generator: more than any outsider can.

    `sizes`: of the sets, both kinds together. Returns share told right, against
    the sets' size.
    """
    random = options.random(f"artificial sets {task.name}")
    half = max(sizes) // 2
    pictures = [make(half, random) for make in (task.first, task.second)]

    def embed(images):
        bits = subject.fresh_fingerprints(len(images))
        # The same latents with and without: a stream for each, from one seed.
        one, another = (
            np.random.default_rng(seed) for seed in 2 * [random.integers(2**63)]
        )
        marked = subject.generate(bits, one)
        without = baselines.neutral_side(subject).generate(len(images), another)
        moved = images.astype(np.int16) + marked - without
        return np.clip(moved, 0, 255).astype(np.uint8)

    return told_without_examples(pictures, embed, sizes, f"_{task.name}")


def told_without_examples(
    kinds: Sequence[Pictures],
    embed: Callable[[Pictures], Pictures],
    sizes: Sequence[int],
    suffix: str = "",
    what: str = "pictures",
) -> Curve:
    """The share told right with the attacker's own marks, against the size."""
    points = []
    for size in sizes:
        images = np.concatenate([each[: size // 2] for each in kinds])
        taken = steganalysis.artificial_training_sets(images, embed)
        truth = np.arange(len(images)) >= len(images) // 2
        figure = Figure.share(
            f"told_without_examples{suffix}_{size}",
            *(int((taken == truth).sum()), len(images)),
            fingerprints=size // 2,
        )
        points.append((size, figure))
    return Curve(
        f"told_by_artificial_sets{suffix}",
        f"{what} in the set, half of either kind",
        "share told right; 0.5 is chance",
        tuple(points),
    )
