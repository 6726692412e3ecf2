"""What the fingerprints of a run survive: bits read after real perturbations.

Each figure is a bit accuracy on pictures as 8-bit files, with the ends of its
interval of 95 %, and the share of the pictures that name their maker among
1,000 recipients at a false-positive rate of 1e-6 over all of them.

    python benchmarks/robustness.py --run benchmarks/robust
"""

import argparse
import time

import results_file

from tf_fingerprint import evaluation
from tf_fingerprint import methods
from tf_fingerprint.evaluation.suites import robustness as robustness_suite
from tf_fingerprint.scalable import run as scalable_run


def main(arguments=None):
    args = parse(arguments)
    subject = evaluation.of_run(methods.load(args.run))
    options = evaluation.Options(pictures=args.pictures, seed=args.seed)
    robustness_suite.check(subject, options)
    made = robustness_suite.make(subject, options)
    figures = {"pictures": args.pictures, "recipients": options.recipients}
    print(f"{'':12} {'accuracy':>8} {'from':>8} {'to':>8} {'attributed':>10}")
    points = {robustness_suite.CLEAN: None, **robustness_suite.POINTS}
    for label, point in points.items():
        figures |= measure(made, label, point)
    print(results_file.write(args.name, figures, folder=args.results))


def measure(made, label, point):
    """One row of the table: accuracy with its interval, and attribution."""
    started = time.monotonic()
    images = made.perturbed(*point) if point else made.images
    accuracy = made.accuracy(label, images)
    attributed = made.attributed(label, images)
    print(
        f"{label:12} {accuracy.value:8.4f} {accuracy.low:8.4f} "
        f"{accuracy.high:8.4f} {attributed.value:10.4f} "
        f"{time.monotonic() - started:6.1f} s",
        flush=True,
    )
    return {
        label: accuracy.value,
        f"{label}_low": accuracy.low,
        f"{label}_high": accuracy.high,
        f"{label}_attributed": attributed.value,
    }


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--run", default=scalable_run.PRETRAINED, help="run directory"
    )
    parser.add_argument("--pictures", type=int, default=2048)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--results", default=results_file.RESULTS, help="folder to write to"
    )
    parser.add_argument(
        "--name", default="robustness", help="of the file written"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
