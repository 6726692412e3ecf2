"""Measures a run by one suite, and writes its figures as a result."""

import argparse
import pathlib

import numpy as np
import results_file
import shipped_inputs

from tf_fingerprint import evaluation
from tf_fingerprint import methods
from tf_fingerprint.evaluation.suites import names as suites
from tf_fingerprint.scalable import run as scalable_run

SHARED = results_file.ROOT.parent / "shared" / "data"
CATS = SHARED / "afhqcat128_train.zip"
OTHERS = SHARED / "bsds400_natural.zip"
FEATURES = SHARED / "features" / "mobilenet_v1_1.0_224_imagenet_uint8.npz"
BASELINE = results_file.ROOT / "benchmarks" / "baseline"


def parser(description, photographs):
    """Arguments that all have in common; more can be added."""
    made = argparse.ArgumentParser(description=description.splitlines()[0])
    made.add_argument("--run", default=scalable_run.PRETRAINED)
    made.add_argument("--photographs", nargs="+", default=photographs)
    made.add_argument("--pictures", type=int, default=2048)
    made.add_argument(
        "--results", type=pathlib.Path, default=results_file.RESULTS
    )
    return made


def measure(name, args, *, result, **options):
    """Prints each item as it comes, and writes what is a figure."""
    run = methods.load(args.run)
    crop = run.config.data.crop
    loaded = [shipped_inputs.load(p, run, crop) for p in args.photographs]
    subject = evaluation.of_run(run, np.concatenate(loaded))
    options = evaluation.Options(pictures=args.pictures, **options)
    suite = suites.SUITES[name]()
    suite.check(subject, options)
    figures = collect(suite.suite(subject, options))
    figures["photographs"] = len(subject.photographs)
    print(results_file.write(result, figures, folder=args.results))


def collect(items):
    """Prints each item as it comes; all figures by name."""
    figures = {}
    for item in items:
        if isinstance(item, evaluation.Figure):
            figures |= numbers(item.name, item)
            show(item)
        elif isinstance(item, evaluation.Curve):
            print(f"{item.name}, by {item.x_label}")
            for strength, figure in item.points:
                figures |= numbers(f"{item.name}_{strength:g}", figure)
                show(figure)
    return figures


def numbers(name, figure):
    """A figure with its interval and what it rests on."""
    return {
        name: figure.value,
        f"{name}_low": figure.low,
        f"{name}_high": figure.high,
        f"{name}_pictures": figure.pictures,
        f"{name}_fingerprints": figure.fingerprints,
    }


def show(figure):
    print(
        f"{figure.name:36} {figure.value:>12,.6g} {figure.unit:5} "
        f"({figure.low:,.6g} to {figure.high:,.6g}; {figure.pictures:,} "
        f"pictures, {figure.fingerprints:,} fingerprints)",
        flush=True,
    )
