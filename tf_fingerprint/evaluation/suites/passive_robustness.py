"""How often classifiers are right about attacked pictures."""

from collections.abc import Iterator
from collections.abc import Mapping

import numpy as np

from tf_fingerprint.evaluation.attacks import perturbing
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.report.figures import Item
from tf_fingerprint.passive import attacks
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.passive import sources as reading

# Curves against strength: the attack, and its kind in `perturbing`.
CURVES = {
    "noise": "noise",
    "blur": "blur",
    "crop": "random_crop",
    "jpeg": "jpeg",
    "relight": "brightness",
}


def measure(
    run: passive_run.PassiveRun,
    immunised: Mapping[str, passive_run.PassiveRun],
    labelled: reading.Labelled,
    *,
    curve_pictures: int = 0,
    seed: int = 0,
) -> Iterator[Item]:
    """Accuracy under each attack, before and after learning to bear it.

    `immunised`: by attack, of `attacks.NAMES`, classifiers of the same sources
    that have learned from attacked pictures; `curve_pictures`: how many of them
    to draw curves with, against the strength of each attack; 0 for no curves.
    Yields `clean`; for each attack `before_NAME`, and where there is an
    immunised run `immunised_NAME` and `clean_immunised_NAME`; then curves.
    """
    yield share("clean", run, labelled)
    for name in attacks.NAMES:
        images = attacks.attacked(labelled.images, name, seed=seed)
        attacked = reading.Labelled(images, labelled.sources, labelled.names)
        yield share(f"before_{name}", run, attacked)
        if name in immunised:
            other = immunised[name]
            yield share(f"immunised_{name}", other, attacked)
            yield share(f"clean_immunised_{name}", other, labelled)
    if curve_pictures:
        step = max(1, len(labelled) // curve_pictures)
        some = labelled.take(np.arange(len(labelled)) % step == 0)
        for name, kind in CURVES.items():
            yield _curve(name, kind, run, immunised.get(name), some, seed)


def share(
    name: str, run: passive_run.PassiveRun, labelled: reading.Labelled
) -> Figure:
    """The share of pictures that are given the right label."""
    _, logits = run.read(labelled.images)
    right = int((logits.argmax(axis=1) == labelled.sources).sum())
    return Figure.share(name, right, len(labelled), fingerprints=0)


def _curve(name, kind, run, immunised, labelled, seed):
    """Accuracy against the strength of one attack."""
    known = perturbing.PERTURBATIONS[kind]
    points, others = [], []
    for strength in known.strengths:
        images = known.apply(
            labelled.images, strength, np.random.default_rng(seed)
        )
        attacked = reading.Labelled(images, labelled.sources, labelled.names)
        figure = share(f"{name}_{strength:g}", run, attacked)
        points.append((strength, figure))
        if immunised is not None:
            after = share(name, immunised, attacked)
            others.append((strength, after.value))
    return Curve(
        name,
        known.unit,
        "accuracy",
        tuple(points),
        {"after learning to bear it": tuple(others)} if others else {},
    )
