"""The parts of `benchmarks/passive.py`: each yields dicts of figures."""

import dataclasses
import pathlib

import numpy as np
import passive_strangers

from tf_fingerprint.config import passive as passive_config
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.suites import passive as passive_suite
from tf_fingerprint.evaluation.suites import passive_held_out
from tf_fingerprint.evaluation.suites import passive_robustness
from tf_fingerprint.evaluation.suites import passive_separation
from tf_fingerprint.passive import attacks
from tf_fingerprint.passive import folders
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.passive import sources as reading
from tf_fingerprint.passive import trunk
from tf_fingerprint.passive.visualization import run as visualization_run

GROUPS = ("architectures", "seeds")
SPLITS = 20

# What a table of the paper's experiments has.
WANTED = (
    *("architectures_accuracy", "seeds_accuracy", "frechet_ratio_gain"),
    "unknown_detected_at_5_percent",
    *(f"immunised_{name}" for name in attacks.NAMES),
    *("visualization_accuracy", "baseline_prnu", "baseline_mobilenet_head"),
    *("seeds_baseline_prnu", "seeds_baseline_mobilenet_head"),
)


@dataclasses.dataclass
class Found:
    """The runs there are, by group of sources and by what they are for.

    `("architectures", "full")`, or instead of `"full"` a pair: `("low", 16)`,
    `("attack", "noise")`, `("without", "dcgan")`. And the visualization
    networks, by group.
    """

    runs: dict
    visual: dict


def find(folder, sources):
    """Opens all run directories in a folder."""
    labels = {
        group: set(folders.find(sources / group).labels)
        for group in GROUPS
        if (sources / group).is_dir()
    }
    found = Found({}, {})
    for path in sorted(pathlib.Path(folder).iterdir()):
        if (path / visualization_run.VISUALIZATION).is_file():
            run = visualization_run.load(path)
            found.visual[_group(labels, run)] = run
        elif (path / passive_run.CLASSIFIER).is_file():
            run = passive_run.load(path)
            key = (_group(labels, run), _purpose(run.settings))
            if key in found.runs:
                raise SystemExit(f"{path}: there is another run for {key}")
            found.runs[key] = run
    return found


def _group(labels, run):
    """The group that a run's sources are of."""
    known = set(run.labels) | {run.settings.data.leave_out} - {""}
    for group, names in labels.items():
        if known == names:
            return group
    raise SystemExit(f"{run.folder}: its sources are of none of the groups")


def _purpose(settings):
    """What a classifier was trained for."""
    if settings.data.leave_out:
        return ("without", settings.data.leave_out)
    if settings.attack.name != attacks.NONE:
        return ("attack", settings.attack.name)
    if settings.network.variant != "full":
        return (settings.network.variant, settings.network.switching_resolution)
    return "full"


def baseline(group, name):
    """The figure of a simpler method; that of architectures is the first."""
    return {"architectures": "", "seeds": "seeds_"}[group] + f"baseline_{name}"


def with_interval(name, figure):
    """A figure of an evaluation, as figures of a benchmark."""
    return {
        name: figure.value,
        f"{name}_low": figure.low,
        f"{name}_high": figure.high,
        f"{name}_pictures": figure.pictures,
    }


def as_figures(figures):
    """Those that have an interval, as figures of an evaluation."""
    for name, value in figures.items():
        if f"{name}_low" in figures:
            yield Figure(
                name,
                value,
                figures[f"{name}_low"],
                figures[f"{name}_high"],
                figures.get(f"{name}_pictures", 0),
                0,
            )


def confusion(group, run, labelled):
    """Accuracy, and how many of each source are taken for which."""
    name = f"{group}_accuracy"
    yield with_interval(name, passive_robustness.share(name, run, labelled))
    _, logits = run.read(labelled.images)
    guesses = logits.argmax(axis=1)
    for place, label in enumerate(run.labels):
        counts = np.bincount(
            guesses[labelled.sources == place], minlength=len(run.labels)
        )
        yield {
            f"{group}_{label}_as_{other}": int(count)
            for other, count in zip(run.labels, counts, strict=True)
        }


def unknown(found, folder):
    """How often pictures of a source that was left out are called unknown."""
    detected, alarms = [], []
    for (group, purpose), run in found.runs.items():
        if group != "architectures" or purpose[0] != "without":
            continue
        judged = passive_suite.evaluate(run, folder)
        found_out = judged.detected
        detected.append(found_out)
        alarms.append(judged.false_positives)
        name = f"unknown_detected_{purpose[1]}"
        yield share(name, found_out.hits, found_out.images)
        left_out = {purpose[1]: _test_images(run, folder, purpose[1])}
        yield from passive_strangers.measured(run, folder, left_out, share)
    for name, shares in (
        ("unknown_detected_at_5_percent", detected),
        ("unknown_false_positives", alarms),
    ):
        if shares:
            yield share(
                name,
                sum(each.hits for each in shares),
                sum(each.images for each in shares),
            )


def _test_images(run, folder, label):
    """Pictures of one source that nothing was learned from."""
    resolution = run.settings.data.resolution
    sources = reading.read(
        passive_config.Data(source=str(folder), resolution=resolution)
    )
    test = sources.parts[reading.TEST]
    return test.images[test.sources == sources.labels.index(label)]


def share(name, hits, images):
    """A share with its interval, as figures of a benchmark."""
    figure = Figure.share(name, hits, images, fingerprints=0)
    return with_interval(name, figure)


def _ratios(features, sources):
    """The ratio for several halvings."""
    return np.array(
        [
            passive_separation.ratio(features, sources, seed=seed)
            for seed in range(SPLITS)
        ]
    )


def frechet(run, labelled, extractor):
    """Frechet ratios of learned features, and against MobileNet's."""
    own = _ratios(run.features(labelled.images), labelled.sources)
    yield _spread("frechet_ratio", own)
    if extractor is not None:
        seen = extractor(labelled.images)
        others = _ratios(seen, labelled.sources)
        yield _spread("frechet_ratio_mobilenet", others)
        yield _spread("frechet_ratio_gain", own / others)


def _spread(name, values):
    """The median of several halvings, and its middle 95 %."""
    low, high = np.quantile(values, (0.025, 0.975))
    return {
        name: float(np.median(values)),
        f"{name}_low": float(low),
        f"{name}_high": float(high),
    }


def attacks_of(found, labelled, curves, curve_pictures):
    """Accuracy under each attack, before and after immunisation."""
    run = found.runs["architectures", "full"]
    immunised = {
        purpose[1]: other
        for (group, purpose), other in found.runs.items()
        if group == "architectures" and purpose[0] == "attack"
    }
    for item in passive_robustness.measure(
        run, immunised, labelled, curve_pictures=curve_pictures
    ):
        if isinstance(item, Curve):
            curves.append(item)
        else:
            yield with_interval(item.name, item)


def seen(found, folder, curves):
    """Accuracy of what sees patches or bands alone, and the fingerprints'."""
    for variant, label in (
        ("postpool", "side of a patch in pixels"),
        ("low", "factor that pictures are made smaller by"),
        ("high", "factor whose low band is taken away"),
    ):
        points = []
        for (group, purpose), run in found.runs.items():
            if group == "architectures" and purpose[0] == variant:
                side, size = run.settings.data.resolution, purpose[1]
                place = side // size
                if variant == "postpool":
                    place = min(trunk.receptive_field(side, size), side)
                figure = passive_robustness.share(
                    f"{variant}_{place}",
                    run,
                    passive_held_out.read(run, folder),
                )
                points.append((place, figure))
                yield with_interval(figure.name, figure)
        if points:
            points.sort(key=lambda point: point[0])
            curves.append(Curve(variant, label, "accuracy", tuple(points)))
    if "architectures" in found.visual:
        visual = found.visual["architectures"]
        labelled = passive_held_out.read(visual, folder)
        guesses = visual.look(labelled.images).logits.argmax(axis=1)
        right = int((guesses == labelled.sources).sum())
        yield share("visualization_accuracy", right, len(labelled))


def missing(found, figures):
    """What there is no figure of."""
    yield from (name for name in WANTED if name not in figures)
    for variant in ("postpool", "low", "high"):
        if not any(purpose[0] == variant for _, purpose in found.runs):
            yield f"curve of {variant}"
