"""How many bits fit, and how many fingerprints must be trained with.

Each answer is a training of its own, which takes minutes to days. What is
measured of it is kept beside it, so that a sweep goes on where it stopped.
"""

import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

from tf_fingerprint import errors
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.report.figures import Item
from tf_fingerprint.evaluation.subjects import Options
from tf_fingerprint.evaluation.subjects import Subject
from tf_fingerprint.evaluation.trials import Outcome
from tf_fingerprint.evaluation.trials import Trial
from tf_fingerprint.evaluation.trials import sweep
from tf_fingerprint.runs import directory as run_directory

NUM_BITS = (32, 64, 128, 256, 512)
TRAINING_FINGERPRINTS = (10, 100, 1000, 10_000, 100_000, 0)


def trials(
    num_bits: Sequence[int] = NUM_BITS,
    training_fingerprints: Sequence[int] = TRAINING_FINGERPRINTS,
    *,
    set_bits: int | None = None,
) -> list[Trial]:
    """All trainings of both sweeps, each once.

    `num_bits`: lengths, with continual sampling; `training_fingerprints`: sizes
    of the set, all at one length; `set_bits`: that length; the shortest if not
    given.
    """
    set_bits = set_bits or min(num_bits)
    both = [Trial(length) for length in num_bits]
    both += [Trial(set_bits, size) for size in training_fingerprints]
    return list(dict.fromkeys(both))


def curves(outcomes: Sequence[Outcome]) -> Iterator[Item]:
    """Both sweeps, as far as they have gone.

    `outcomes`: of the trials, in any order. Returns an iterator over curves,
    and a figure for continual sampling.
    """
    by_length = sorted(
        (each for each in outcomes if not each.trial.training_fingerprints),
        key=lambda each: each.trial.num_bits,
    )
    finite = sorted(
        (each for each in outcomes if each.trial.training_fingerprints),
        key=lambda each: each.trial.training_fingerprints,
    )
    for kind, label in (
        ("unseen", "bit accuracy, unseen fingerprints"),
        ("carried", "bits that a picture tells"),
        ("difference", "difference between fingerprints, in levels"),
    ):
        if by_length:
            yield Curve(
                f"bits_{kind}",
                "bits in a fingerprint",
                label,
                tuple(
                    (each.trial.num_bits, each.figures[kind])
                    for each in by_length
                ),
            )
    for kind in ("unseen", "seen") if finite else ():
        yield Curve(
            f"training_fingerprints_{kind}",
            "fingerprints trained with",
            f"bit accuracy, {kind} fingerprints",
            tuple(
                (each.trial.training_fingerprints, each.figures[kind])
                for each in finite
            ),
        )


def check(subject: Subject, options: Options) -> None:
    """Raises unless there is a run whose config can be trained again.

    Raises `errors.EvaluationError` if there is no run directory, or its
    pictures are no longer where they were.
    """
    if subject.run is None or subject.run.folder == run_directory.SHIPPED:
        raise errors.EvaluationError(
            "The suite `capacity` trains a run's config again and again, "
            "beside the run. Received none, or the one that comes with the "
            "package. Give a run directory, such as one of "
            "configs/capacity_32.toml."
        )
    source = subject.run.config.data.source
    is_named = source.partition(":")[0] in ("procedural", "tfds")
    if not is_named and not pathlib.Path(source).exists():
        raise errors.EvaluationError(
            f"The suite `capacity` must have the run's pictures, {source}. "
            "There is no such folder or file. Restore it."
        )


def suite(subject: Subject, options: Options) -> Iterator[Item]:
    """Both sweeps, with the run's own config.

    Returns an iterator over the minutes of each training, as soon as it is
    measured, and over curves in the end.
    """
    outcomes, config = [], subject.run.config
    for outcome in sweep(
        config,
        trials(NUM_BITS, TRAINING_FINGERPRINTS, set_bits=subject.num_bits),
        subject.run.folder / "capacity",
        pictures=options.pictures,
        seed=options.seed,
    ):
        outcomes.append(outcome)
        minutes = outcome.seconds / 60
        yield Figure(
            f"minutes_{outcome.trial.name}",
            *(minutes, minutes, minutes),
            pictures=config.training.images,
            fingerprints=(
                outcome.trial.training_fingerprints or config.training.images
            ),
            unit="minutes",
        )
    yield from curves(outcomes)
