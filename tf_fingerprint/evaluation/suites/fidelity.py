"""What fingerprints cost in picture quality, and what they change."""

from collections.abc import Iterator

import numpy as np

from tf_fingerprint import errors
from tf_fingerprint.evaluation import baselines
from tf_fingerprint.evaluation import distances
from tf_fingerprint.evaluation.metrics import extractors
from tf_fingerprint.evaluation.metrics import manifolds
from tf_fingerprint.evaluation.metrics.diversity import diversity
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.report.figures import Grid
from tf_fingerprint.evaluation.report.figures import Item
from tf_fingerprint.evaluation.subjects import Options
from tf_fingerprint.evaluation.subjects import Subject

# Each draw takes the roots of matrices with as many rows as features.
DRAWS = 50

# Fewest pictures on either side, whatever the number of features.
MIN_PICTURES = 32

# Pictures in a row of the grid.
SHOWN = 8


def check(subject: Subject, options: Options) -> None:
    """Raises unless pictures, photographs, weights and baseline will do."""
    extractor = extractors.load(options.features)
    fewest = max(MIN_PICTURES, extractor.num_features)
    if options.pictures < fewest:
        raise errors.EvaluationError(
            f"A Frechet distance on {extractor.num_features:,} features needs "
            f"at least {fewest:,} pictures: with fewer, their covariance is "
            f"not known. Received {options.pictures:,}. Raise `--pictures`."
        )
    if len(subject.photographs) < options.pictures:
        raise errors.EvaluationError(
            "There must be as many photographs as pictures, "
            f"{options.pictures:,}, as distances depend on their number. "
            f"Received {len(subject.photographs):,}. Give more by `--images`, "
            "or lower `--pictures`."
        )
    baselines.of_options(subject, options)


def suite(subject: Subject, options: Options) -> Iterator[Item]:
    """Distances to photographs, precision and recall, diversity.

    The baseline makes pictures of the same latents and noise, and the draws
    behind the intervals are the same for both sides, so that the cost is sure
    beyond what either distance is.
    """
    extractor = extractors.load(options.features)
    count = options.pictures
    order = options.random("photographs").permutation(len(subject.photographs))
    photographs = subject.photographs[order]
    made = {
        "": subject.generate(
            subject.fresh_fingerprints(count), options.random("fidelity")
        )
    }
    baseline = baselines.of_options(subject, options)
    if baseline is not None:
        made["_baseline"] = baseline.generate(count, options.random("fidelity"))
    yield _grid(photographs, made)
    real = extractors.seen(extractor, photographs[:count])
    seen = {
        name: extractors.seen(extractor, images)
        for name, images in made.items()
    }
    del made
    yield from _distances(seen, real, extractor.name)
    others = photographs[count : 2 * count]
    if len(others) == count:
        # What nothing is nearer than: photographs to photographs.
        alike = {"_photographs": extractors.seen(extractor, others)}
        yield from _distances(alike, real, extractor.name)
    for name, features in seen.items():
        yield _share("precision", name, features, real, count)
        yield _share("recall", name, real, features, count)
    yield from diversity(
        subject, options, lambda images: extractors.seen(extractor, images)
    )


def _distances(seen, real, network):
    """Frechet and kernel distance of each side, and what the first costs."""
    count = len(real)
    for kind, measure in distances.KINDS.items():
        measured = {}
        for name, features in seen.items():
            value, *drawn = measure(
                features, real, distances.draws(count, DRAWS)
            )
            measured[name] = value, np.array(drawn)
            figure = Figure.scattered(
                f"{kind}_{network}{name}",
                value,
                drawn,
                pictures=count,
                fingerprints=0 if name else count,
            )
            yield figure
        # Of a baseline that may be at no distance there is no ratio.
        if len(seen) == 2 and figure.low > 0 and min(measured[name][1]) > 0:
            (value, drawn), (other, other_drawn) = measured.values()
            yield Figure.scattered(
                f"{kind}_{network}_cost",
                value / other - 1,
                drawn / other_drawn - 1,
                pictures=2 * count,
                fingerprints=count,
            )


def _share(kind, name, features, manifold, count):
    """Precision or recall."""
    return Figure.share(
        f"{kind}{name}",
        int(manifolds.inside(features, manifold).sum()),
        count,
        fingerprints=0 if name else count,
    )


def _grid(photographs, made):
    """Photographs, and what is made of the same latents, one a column."""
    labels = {"": "with fingerprints", "_baseline": "without, same latents"}
    rows = {"photographs": photographs[:SHOWN]} | {
        labels[name]: images[:SHOWN] for name, images in made.items()
    }
    return Grid(
        "pictures",
        np.stack(list(rows.values())),
        tuple(rows),
        "Not chosen: the first of each.",
    )
