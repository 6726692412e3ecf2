"""Whether somebody without the decoder sees that photographs are marked."""

from collections.abc import Iterator

from tf_fingerprint import errors
from tf_fingerprint.evaluation.attacks import steganalysis
from tf_fingerprint.evaluation.report.figures import Item
from tf_fingerprint.evaluation.subjects import Options
from tf_fingerprint.evaluation.subjects import Subject
from tf_fingerprint.evaluation.suites import secrecy

# Fewest photographs of either kind that the attacker is tried on.
MIN_HELD_OUT = 50


def check(subject: Subject, options: Options) -> None:
    """Raises an `EvaluationError` unless there are photographs enough."""
    if subject.resolution < steganalysis.SMALLEST_RESOLUTION:
        raise errors.EvaluationError(
            "The suite `secrecy` must have pictures of at least "
            f"{steganalysis.SMALLEST_RESOLUTION} pixels a side, as the "
            f"attacker's network does. Received {subject.resolution}."
        )
    if not _sizes(subject, options):
        fewest = min(secrecy.SET_SIZES) + 2 * MIN_HELD_OUT
        raise errors.EvaluationError(
            f"The suite `secrecy` must have at least {fewest} photographs, no "
            "one of which the attacker sees twice. Received "
            f"{len(subject.photographs)}. Give more by `--images`."
        )


def suite(subject: Subject, options: Options) -> Iterator[Item]:
    """How often attackers are right, on photographs marked and not.

    No photograph is in both kinds, nor in training and held out: what tells
    the kinds apart is the fingerprint alone.

    `options`: with the number of pictures held out, at most.
    """
    attacker = steganalysis.Attacker(
        subject.resolution,
        subject.photographs.shape[-1],
        seed=options.seed,
    )
    sizes = _sizes(subject, options)
    held_out = _held_out(subject, options)
    one = subject.fresh_fingerprints(1)[0]
    for name, fingerprint in (("fingerprints", None), ("one_set", one)):
        kinds = _kinds(subject, options, fingerprint)
        yield secrecy.told_by_network(
            *(attacker, name, kinds, sizes, held_out),
            fingerprints=1 if name == "one_set" else held_out,
            what="photographs",
        )
    yield _of_artificial_sets(subject, options, sizes)


def _held_out(subject, options):
    """Photographs of either kind that the attacker is tried on."""
    return max(
        MIN_HELD_OUT, min(options.pictures, len(subject.photographs) // 4) // 2
    )


def _sizes(subject, options):
    """Sizes of the attacker's sets for which photographs are enough."""
    left = len(subject.photographs) - 2 * _held_out(subject, options)
    return [size for size in secrecy.SET_SIZES if size <= left]


def _kinds(subject, options, fingerprint):
    """Photographs without and with a fingerprint, none in both.

    `fingerprint`: of all, as in a marked set; a fresh one each if None.
    """
    random = options.random("codec secrecy")
    order = random.permutation(len(subject.photographs))
    half = len(order) // 2
    without = subject.photographs[order[:half]]
    chosen = subject.photographs[order[half : 2 * half]]
    if fingerprint is None:
        fingerprint = subject.fresh_fingerprints(half)
    return without, subject.codec.encode(chosen, fingerprint)


def _of_artificial_sets(subject, options, sizes):
    """Nobody says which is which; the attacker has marks of his own.

    They are fingerprints of this very encoder: more than any outsider has.
    """
    without, marked = _kinds(subject, options, None)

    def embed(images):
        return subject.codec.encode(
            images, subject.fresh_fingerprints(len(images))
        )

    return secrecy.told_without_examples(
        (without, marked), embed, sizes, what="photographs"
    )
