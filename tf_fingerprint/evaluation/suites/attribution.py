"""Whom pictures name among 1 to 10,000 copies, and whom they must not."""

import datetime
import hashlib
from collections.abc import Iterator

import numpy as np

from tf_fingerprint import attribution
from tf_fingerprint import fingerprints as bit_strings
from tf_fingerprint import registry
from tf_fingerprint.evaluation import subjects
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.report.figures import Item
from tf_fingerprint.evaluation.subjects import Options
from tf_fingerprint.evaluation.subjects import Subject

# The paper has the first three.
COPIES = (1, 10, 100, 1_000, 10_000)


def check(subject: Subject, options: Options) -> None:
    """Raises unless there are pictures and bits enough."""
    subjects.check_pictures(options, "Attribution")
    bit_strings.match_threshold(
        subject.num_bits, options.max_false_positive_rate, COPIES[-1]
    )


def suite(subject: Subject, options: Options) -> Iterator[Item]:
    """Shares of pictures and strangers that are judged right.

    Closed world: all pictures are of the copies that are compared with, and it
    is right to name the maker. Open world: half of all images are strangers,
    pictures of copies that nobody issued and photographs, of which it is right
    to name nobody. Of one copy this is detection.
    """
    photographs = options.random("attribution photographs").permutation(
        subject.photographs
    )[: options.pictures // 2]
    unissued = options.pictures - len(photographs)
    strangers = _read_in_strangers(subject, options, photographs, unissued)
    issued = subject.fresh_fingerprints(COPIES[-1])
    for copies in COPIES:
        makers = np.arange(options.pictures) % copies
        images = subject.generate(
            issued[makers], options.random(f"attribution {copies}")
        )
        decoded = subject.decode(images) > 0
        candidates = _candidates(subject, issued[:copies])
        right = _named(candidates, decoded, options) == makers
        spared = _named(candidates, strangers, options) < 0
        outcomes = {
            "closed": (right, min(copies, len(right))),
            "open": (
                np.concatenate([right, spared]),
                min(copies, len(right)) + unissued,
            ),
            "strangers_accused": (~spared, unissued),
        }
        if copies > 1:
            nearest, _ = candidates.nearest_two(decoded.astype(np.uint8))
            carried = outcomes["closed"][1]
            outcomes["nearest"] = nearest[:, 0] == makers, carried
        for name, (each, fingerprints) in outcomes.items():
            yield Figure.share(
                f"{name}_{copies}",
                int(each.sum()),
                len(each),
                fingerprints=fingerprints,
            )


def _read_in_strangers(subject, options, photographs, unissued):
    """Bits read in images that no candidate made, as many as pictures."""
    bits = subject.fresh_fingerprints(unissued)
    images = subject.generate(bits, options.random("attribution strangers"))
    return subject.decode(np.concatenate([images, photographs])) > 0


def _named(candidates, decoded, options):
    """The place of the copy that each image names, or -1."""
    verdicts = attribution.attribute_many(
        decoded,
        candidates,
        max_false_positive_rate=options.max_false_positive_rate,
    )
    return np.array(
        [
            -1 if verdict.record is None else int(verdict.record.id)
            for verdict in verdicts
        ]
    )


def _candidates(subject, issued):
    """Issuances of the fingerprints, each called by its place."""
    generator = _generator(subject)
    now = datetime.datetime.now(datetime.UTC)
    return attribution.Candidates(
        generator,
        [
            registry.IssuanceRecord(
                id=str(place),
                fingerprint=bit_strings.to_hex(bits),
                recipient=f"Recipient {place}",
                issued_at=now,
                generator=generator,
            )
            for place, bits in enumerate(issued)
        ],
    )


def _generator(subject):
    """What a registry would hold of the subject."""
    if subject.run is not None:
        return subject.run.record
    nameless = hashlib.sha256(subject.digest.encode("utf-8")).hexdigest()
    return registry.GeneratorRecord(
        nameless,
        nameless,
        num_bits=subject.num_bits,
        resolution=subject.resolution,
    )
