r"""How many bits fit, and whether fingerprints not trained with are read.

Trains one small network for each length, with new fingerprints in every
picture, and one for each size of a finite set of training fingerprints.
Finished trainings are kept in `--folder` with what was measured, and are not
done again; one that was stopped goes on. Ten trainings of about five minutes:

    python benchmarks/capacity.py

The papers' sizes are the same command with another config and folder:

    python benchmarks/capacity.py --config configs/celeba_128.toml \
        --folder runs/capacity_128 --set-bits 128
"""

import argparse
import pathlib
import sys
import time

import results_file
import suites_measured

from tf_fingerprint import config
from tf_fingerprint.evaluation import trials
from tf_fingerprint.evaluation.suites import capacity

# Of one training of configs/capacity_32.toml on one core; the first one
# that is done here takes its place.
EXPECTED_MINUTES = 5


def main(arguments=None):
    args = parse(arguments)
    base = config.read(args.config, args.set)
    wanted = capacity.trials(
        args.bits, args.fingerprints, set_bits=args.set_bits
    )
    tell(
        f"{len(wanted)} trainings, with {args.config.name} about "
        f"{len(wanted) * EXPECTED_MINUTES} minutes on one core"
    )
    outcomes = []
    for outcome in trials.sweep(
        base, wanted, args.folder, pictures=args.pictures, seed=args.seed
    ):
        outcomes.append(outcome)
        seconds = sum(each.seconds for each in outcomes) / len(outcomes)
        accuracy = outcome.figures["unseen"].value
        tell(
            f"{outcome.trial.name}: {accuracy:.3f} of unseen bits read, "
            f"trained in {outcome.seconds / 60:.1f} minutes; "
            f"{(len(wanted) - len(outcomes)) * seconds / 60:.0f} to go"
        )
    figures = suites_measured.collect(capacity.curves(outcomes))
    for outcome in outcomes:
        figures[f"seconds_{outcome.trial.name}"] = outcome.seconds
    figures["pictures"] = args.pictures
    figures["training_images"] = base.training.images
    print(results_file.write("capacity", figures, folder=args.results))


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--config",
        type=pathlib.Path,
        default=results_file.ROOT / "configs" / "capacity_32.toml",
    )
    parser.add_argument(
        "--set",
        nargs="+",
        default=[],
        metavar="SECTION.KEY=VALUE",
        help="settings in place of the config's",
    )
    parser.add_argument(
        "--folder",
        type=pathlib.Path,
        default=results_file.ROOT / "runs" / "capacity",
    )
    parser.add_argument(
        "--bits", type=int, nargs="+", default=capacity.NUM_BITS
    )
    parser.add_argument(
        "--fingerprints",
        type=int,
        nargs="+",
        default=capacity.TRAINING_FINGERPRINTS,
        help="sizes of the training set; 0 draws new ones for every picture",
    )
    parser.add_argument(
        "--set-bits",
        type=int,
        help="length of the fingerprints in those; the shortest if not given",
    )
    parser.add_argument("--pictures", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", default=results_file.RESULTS)
    return parser.parse_args(arguments)


def tell(stage):
    print(f"{time.strftime('%X')} {stage}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
