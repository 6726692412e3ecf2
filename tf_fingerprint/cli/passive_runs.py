"""Runs of passive classifiers, as `attribute` and `evaluate` take them."""

import argparse
import sys
from collections.abc import Iterator
from collections.abc import Sequence

from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting

# As in `passive.attacks`, which help need not import.
ATTACKS = ("none", "relight", "crop", "blur", "jpeg", "noise", "combined")

# Options of fingerprints, which classifiers know nothing of.
NOT_TO_ATTRIBUTE = (
    *("registry", "max_false_positive_rate", "calibration", "decide"),
    *("combine", "found_at", "evidence", "sign_with", "passive"),
    *("search", "box"),
)
NOT_TO_EVALUATE = (
    *("suite", "features", "baseline", "tensorboard", "pictures"),
    *("max_false_positive_rate", "to"),
)

_OPINION_COLUMNS = ("image", "label", "probability", "unknown", "score")
_PART_IMAGES = 64


def add_attack(parser: argparse.ArgumentParser) -> None:
    """Adds what happens to a classifier's pictures."""
    parser.add_argument(
        "--attack",
        choices=ATTACKS,
        default="none",
        help="what happens to the images of a passive classifier first "
        "(default: %(default)s)",
    )


def is_asked(args: argparse.Namespace, not_for_it: Sequence[str]) -> bool:
    """Whether a run is a classifier's; else a usage error for some options.

    `args`: of the command, with `run`, which may be None; `not_for_it`: options
    that a classifier's run doesn't go with.
    """
    from tf_fingerprint import config

    if args.run is None or getattr(args, "server", None) is not None:
        return False
    if config.method_of(args.run) != config.PassiveConfig.method:
        return False
    for name in not_for_it:
        if getattr(args, name) != args.parser.get_default(name):
            args.parser.error(
                f"argument --{name.replace('_', '-')}: it is for fingerprints, "
                f"and {args.run} is the run of a passive classifier"
            )
    return True


def attribute(args: argparse.Namespace) -> int:
    """Prints one opinion an image; unreadable ones are told on stderr."""
    reader = _Reader(_load(args.run))
    output.write_rows(
        reader.rows(args.images), args.format, shown=_OPINION_COLUMNS
    )
    return 1 if reader.num_unreadable else 0


def evaluate(args: argparse.Namespace) -> int:
    """Prints accuracy, confusion, and how often unknown sources are found."""
    run = _load(args.run)
    from tf_fingerprint.evaluation.suites import passive as passive_suite

    folders = args.images or [run.settings.data.source]
    if len(folders) > 1 or not folders[0]:
        args.parser.error("argument --images: must be one folder of sources")
    found = passive_suite.evaluate(
        run, folders[0], attack=args.attack, seed=args.seed, progress=True
    )
    for name, reason in found.broken:
        print(f"tf-fingerprint: skipped {name}: {reason}", file=sys.stderr)
    if args.format == "json":
        output.write_facts(found.to_dict(), "json")
    else:
        output.write_rows(_rows(found), args.format)
    return 0


def _load(run_dir):
    from tf_fingerprint import methods

    methods.find(run_dir)
    starting.import_tensorflow()
    from tf_fingerprint.passive import run

    return run.load(run_dir)


def _rows(found):
    """One row a source: what its images are taken for."""
    for label, share in found.unknown.items():
        row = {"source": label, "images": share.images}
        is_known = label in found.labels
        place = found.labels.index(label) if is_known else None
        for column, name in enumerate(found.labels):
            counts = None if place is None else found.confusion[place]
            row[f"as_{name}"] = None if counts is None else int(counts[column])
        row["unknown"] = share.hits / share.images
        yield row | dict.fromkeys(("accuracy", "low", "high"))
    figures = found.accuracy.to_dict()
    yield {
        "source": "(all known)",
        "images": figures["images"],
        **{f"as_{label}": None for label in found.labels},
        "unknown": found.false_positives.to_dict()["value"],
        "accuracy": figures["value"],
        "low": figures["low"],
        "high": figures["high"],
    }


class _Reader:
    """Classifies files, a part at a time; tells which it can't read."""

    def __init__(self, run):
        self.run = run
        self.num_unreadable = 0

    def rows(self, paths) -> Iterator[dict]:
        """One opinion a frame, in order; the reader of fingerprints' files."""
        from tf_fingerprint import errors
        from tf_fingerprint.attribution import files
        from tf_fingerprint.attribution import places
        from tf_fingerprint.cli import progress
        from tf_fingerprint.data import frames

        settings = self.run.settings.data
        whole = places.Search.NONE
        waiting: list[files.Task] = []
        for each in frames.of_files(
            progress.of_files(paths), channels=settings.channels
        ):
            if isinstance(each, errors.DataError):
                yield from self._classified(waiting)
                waiting = []
                self._tell(each)
                continue
            waiting.append(files.looked_at(each, settings.resolution, whole))
            if len(waiting) == _PART_IMAGES:
                yield from self._classified(waiting)
                waiting = []
        yield from self._classified(waiting)

    def _classified(self, tasks):
        import numpy as np

        if tasks:
            shown = np.concatenate([task.shown for task in tasks])
            for task, opinion in zip(tasks, self.run.judge(shown), strict=True):
                yield {"image": task.source.frame.name, **opinion.to_dict()}

    def _tell(self, error):
        self.num_unreadable += 1
        print(f"tf-fingerprint: {error}", file=sys.stderr)
