"""Measures a run by several suites, into a folder that remembers them."""

import dataclasses
import datetime
import hashlib
import json
import os
import pathlib
import time
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from absl import logging

from tf_fingerprint import artificial
from tf_fingerprint import errors
from tf_fingerprint.evaluation import Figure
from tf_fingerprint.evaluation import Options
from tf_fingerprint.evaluation import codecs
from tf_fingerprint.evaluation import of_run
from tf_fingerprint.evaluation import photographs as photographs_of
from tf_fingerprint.evaluation.report import pages
from tf_fingerprint.evaluation.report import reports
from tf_fingerprint.evaluation.suites import names as suites
from tf_fingerprint.pages import template
from tf_fingerprint.runs import directory as run_directory
from tf_fingerprint.scalable import run as scalable_run
from tf_fingerprint.version import __version__

REPORT, PAGE, SUITES = "report.json", "report.html", "suites"


def evaluate(
    run: scalable_run.Run | artificial.CodecRun,
    names: Sequence[str],
    to: str | os.PathLike[str],
    *,
    sources: Sequence[str | os.PathLike[str]] = (),
    options: Options | None = None,
    tell: Callable[[str], None] = logging.info,
) -> list[reports.SuiteReport]:
    """Measures what the suites measure, and writes a report.

    Each suite's result is written when it is finished, and taken from there by
    the next call that has the same run, photographs and options. So whoever is
    interrupted calls again.

    `to`: folder of the report: new, empty or of an earlier evaluation;
    `options`: how; the defaults if not given. Returns what the suites came to,
    in order. Raises `errors.FingerprintError` if anything is missing that a
    suite needs, or a suite is none of a codec's; it is raised before any
    begins.
    """
    unknown = [name for name in names if name not in suites.SUITES]
    if unknown or not names:
        raise ValueError(
            f"`names` must be of {', '.join(suites.SUITES)}. Received "
            f"{', '.join(unknown) or 'none'}."
        )
    options = options or Options()
    folder = pathlib.Path(to)
    _check_folder(folder)
    photographs, facts = photographs_of.sources(
        sources, run.config.data, progress=options.progress
    )
    digest = facts["digest"] if facts else ""
    modules, subject = _what(run, names, photographs, digest, options.progress)
    for module in modules.values():
        module.check(subject, options)
    finished = []
    for name, module in modules.items():
        inputs = _inputs(name, subject.digest, options)
        report = _kept(folder, name, inputs)
        if report is None:
            report = _measured(
                name,
                module.suite(subject, options),
                folder=folder,
                inputs=inputs,
                tell=tell,
            )
        else:
            tell(f"{name}: taken from {folder / SUITES}, unchanged")
        finished.append(report)
    _write_report(folder, _facts(run, facts, options), finished)
    return finished


def _what(run, names, photographs, digest, progress):
    """The suites, and what they measure."""
    known = {"photographs_digest": digest}
    if isinstance(run, artificial.CodecRun):
        modules = {name: suites.of_codec(name) for name in names}
        return modules, codecs.of_codec(run, photographs, **known)
    modules = {name: suites.SUITES[name]() for name in names}
    return modules, of_run(run, photographs, progress=progress, **known)


def write_scalars(
    finished: Sequence[reports.SuiteReport],
    folder: str | os.PathLike[str],
    step: int,
) -> None:
    """Adds all figures to TensorBoard's curves."""
    writer = tf.summary.create_file_writer(str(folder))
    with writer.as_default():
        for report in finished:
            for figure in report.figures:
                name = f"evaluation/{report.suite}/{figure.name}"
                for suffix, value in (
                    ("", figure.value),
                    ("_low", figure.low),
                    ("_high", figure.high),
                ):
                    tf.summary.scalar(name + suffix, value, step=step)
    writer.close()


def _check_folder(folder):
    """Raises where a report would mix with other things."""
    try:
        there = {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return
    except OSError:  # A file, or a folder that is closed to us.
        there = {"?"}
    if there and not there & {SUITES, REPORT}:
        raise errors.EvaluationError(
            f"{folder}: a report must go into a new or empty folder, or that "
            "of an earlier evaluation. There is something else. Choose another."
        )


def _inputs(name, digest, options):
    """SHA-256 of all that a suite's result depends on."""
    settings: dict[str, Any] = dataclasses.asdict(options)
    del settings["progress"]
    # What is in a file, not where it lies.
    for key, file in (("features", ""), ("baseline", run_directory.GENERATOR)):
        if settings[key] is not None:
            path = pathlib.Path(settings[key], file)
            settings[key] = _file_digest(path)
    text = json.dumps([name, digest, settings, __version__], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _file_digest(path):
    """Of a file that may not be there, if no suite asked for needs it."""
    if not path.is_file():
        return str(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _kept(folder, name, inputs):
    """What an earlier call measured on the same, if it is all there."""
    path = folder / SUITES / f"{name}.json"
    try:
        report = reports.SuiteReport.from_dict(
            json.loads(path.read_text("utf-8"))
        )
    except FileNotFoundError:
        return None
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise errors.EvaluationError(
            f"{path}: can't be read as what a suite came to. {error!r}. "
            "Remove it to measure again."
        ) from error
    grids = [folder / grid.file for grid in report.grids]
    if report.inputs != inputs or not all(map(pathlib.Path.is_file, grids)):
        return None
    return report


def _measured(name, items, *, folder, inputs, tell):
    """Runs a suite to its end, and keeps what it came to."""
    start, found = time.monotonic(), []
    tell(f"{name}: begins")
    for item in items:
        found.append(item)
        if isinstance(item, Figure):
            tell(
                f"{name}: {item.name} {template.number(item.value)} "
                f"({template.number(item.low)} to {template.number(item.high)})"
            )
        else:
            tell(f"{name}: {item.name}")
    report = reports.SuiteReport.of(
        name,
        found,
        seconds=time.monotonic() - start,
        inputs=inputs,
        folder=folder,
    )
    path = folder / SUITES / f"{name}.json"
    reports.write(path, reports.to_bytes(report.to_dict()))
    return report


def _facts(run, photographs, options) -> dict[str, Any]:
    """What was measured, with what, and when."""
    made_at = datetime.datetime.now(datetime.UTC)
    return {
        "form": reports.FORM,
        "made_at": made_at.isoformat(timespec="seconds"),
        "run": dataclasses.asdict(run.record),
        "photographs": photographs,
        "options": dataclasses.asdict(options),
        "versions": {
            "tf_fingerprint": __version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
        },
    }


def _write_report(
    folder: pathlib.Path,
    facts: dict[str, Any],
    finished: list[reports.SuiteReport],
) -> None:
    """Writes the page, then the report that stands for its being there."""
    page = pages.page(facts, finished, folder)
    reports.write(folder / PAGE, page.encode("utf-8"))
    content = facts | {"suites": [each.to_dict() for each in finished]}
    reports.write(folder / REPORT, reports.to_bytes(content))
