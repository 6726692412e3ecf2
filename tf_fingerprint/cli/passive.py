"""Passive classifiers: their part of `attribute` and `evaluate`, and `passive`.

The group `passive` is from before those commands took classifiers' runs.
"""

import argparse
import dataclasses
import pathlib
import sys
from collections.abc import Iterator
from collections.abc import Sequence

from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import train as training

# As in `passive.attacks`, which help need not import.
ATTACKS = ("none", "relight", "crop", "blur", "jpeg", "noise", "combined")

# Options of fingerprints, which classifiers know nothing of.
NOT_TO_ATTRIBUTE = (
    *("registry", "max_false_positive_rate", "calibration", "decide"),
    *("combine", "found_at", "evidence", "sign_with", "passive"),
)
NOT_TO_EVALUATE = (
    *("suite", "features", "baseline", "tensorboard", "pictures"),
    *("max_false_positive_rate", "to"),
)

_OPINION_COLUMNS = ("image", "label", "probability", "unknown", "score")
_PART_IMAGES = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the commands below `passive`, and what they take."""
    from tf_fingerprint.cli import passive_arguments

    passive_arguments.add_arguments(parser)


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

    Args:
        args: Of the command, with `run`, which may be None.
        not_for_it: Options that a classifier's run doesn't go with.
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
    starting.import_tensorflow()
    from tf_fingerprint.passive import run as passive_run

    reader = _Reader(passive_run.load(args.run))
    output.write_rows(
        reader.rows(args.images), args.format, shown=_OPINION_COLUMNS
    )
    return 1 if reader.num_unreadable else 0


def evaluate(args: argparse.Namespace) -> int:
    """Prints accuracy, confusion, and how often unknown sources are found."""
    starting.import_tensorflow()
    from tf_fingerprint.evaluation.suites import passive as passive_suite
    from tf_fingerprint.passive import run as passive_run

    run = passive_run.load(args.run)
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


# === The group `passive` ===


def train_old(args: argparse.Namespace) -> int:
    """Trains a classifier; prints the run directory."""
    from tf_fingerprint import config

    return _train(args, config.PassiveConfig)


def visualize(args: argparse.Namespace) -> int:
    """Trains a visualization network; prints the run directory."""
    from tf_fingerprint import config

    return _train(args, config.VisualizationConfig)


def classify(args: argparse.Namespace) -> int:
    """As `attribute`."""
    _tell_what_replaces("attribute IMAGE... --run RUN")
    return attribute(args)


def evaluate_old(args: argparse.Namespace) -> int:
    """As `evaluate`."""
    _tell_what_replaces("evaluate RUN --images SOURCES_DIR")
    return evaluate(args)


def fingerprints(args: argparse.Namespace) -> int:
    """Writes fingerprints as pictures; prints the page that shows them."""
    starting.import_tensorflow()
    from tf_fingerprint.passive.visualization import (
        pictures as fingerprint_pictures,
    )
    from tf_fingerprint.passive.visualization import run as visualization_run

    run = visualization_run.load(args.run)
    print(fingerprint_pictures.write(run, args.to, args.images))
    return 0


def _train(args, kind):
    """Trains from a config that needs say neither method nor source."""
    from tf_fingerprint import config

    _tell_what_replaces(
        "train CONFIG --run-dir DIR --set data.source=SOURCES_DIR` with "
        f'`method = "{kind.method}"` at the top of `CONFIG'
    )
    settings = config.read(args.config, args.overrides, kind=kind)
    source = str(args.sources_dir.expanduser().absolute())
    data = dataclasses.replace(settings.data, source=source)
    return training.train(dataclasses.replace(settings, data=data), args)


def _tell_what_replaces(command):
    print(
        f"tf-fingerprint: this is now `tf-fingerprint {command}`; it goes on "
        "working.",
        file=sys.stderr,
    )


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
        files = [file for path in paths for file in self._files(path)]
        for start in range(0, len(files), _PART_IMAGES):
            yield from self._classified(files[start : start + _PART_IMAGES])

    def _files(self, path: pathlib.Path):
        from tf_fingerprint import errors
        from tf_fingerprint.data import sources

        if not path.is_dir():
            return [path]
        try:
            listing = sources.list_folder(path, None)
        except errors.DataError as error:
            self._tell(error)
            return []
        return [path / name for name, _ in listing.pictures]

    def _classified(self, files):
        import numpy as np

        from tf_fingerprint import errors

        readable, images = [], []
        for file in files:
            try:
                images.append(self.run.read_images(file))
                readable.append(file)
            except errors.DataError as error:
                self._tell(error)
        if readable:
            opinions = self.run.judge(np.concatenate(images))
            for file, opinion in zip(readable, opinions, strict=True):
                yield {"image": str(file), **opinion.to_dict()}

    def _tell(self, error):
        self.num_unreadable += 1
        print(f"tf-fingerprint: {error}", file=sys.stderr)
