"""The command `evaluate`: what are a run's fingerprints worth?"""

import argparse
import pathlib

from tf_fingerprint.cli import options
from tf_fingerprint.cli import output
from tf_fingerprint.cli import passive_runs
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import values
from tf_fingerprint.evaluation.suites import names as suites

_COLUMNS = (
    *("suite", "figure", "value", "low", "high", "unit"),
    *("pictures", "fingerprints"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `evaluate` takes."""
    _add_run(parser)
    parser.add_argument(
        "--suite",
        type=suite_names,
        default=("accuracy", "attribution"),
        metavar="NAME[,NAME...]",
        help=f"what to measure: {', '.join(suites.SUITES)} (default: "
        "accuracy,attribution)",
    )
    parser.add_argument(
        "--images",
        nargs="+",
        default=[],
        metavar="SOURCE",
        help="folders or zips of photographs, for the suites that compare with "
        "some; of a passive classifier, the folder of its sources (default: "
        "that which it was trained on)",
    )
    passive_runs.add_attack(parser)
    _add_comparisons(parser)
    parser.add_argument(
        "--pictures",
        type=values.positive,
        default=2048,
        metavar="N",
        help="pictures for each figure (default: %(default)s)",
    )
    options.add_seed(parser, "of all that is drawn but fingerprints")
    options.add_max_false_positive_rate(parser)
    parser.add_argument(
        "--to",
        type=pathlib.Path,
        default=pathlib.Path("evaluation"),
        metavar="DIR",
        help="folder of the report; suites that were finished there are not "
        "measured again (default: %(default)s)",
    )
    output.add_format(parser)


def suite_names(text: str) -> tuple[str, ...]:
    """Names of suites between commas, each once."""
    names = tuple(dict.fromkeys(text.split(",")))
    unknown = [name for name in names if name not in suites.SUITES]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"must be of {', '.join(suites.SUITES)}, with commas between. "
            f"Received {text!r}"
        )
    return names


def run(args: argparse.Namespace) -> int:
    """Measures; prints one figure a line."""
    if args.run is None:
        args.parser.error("the following arguments are required: RUN")
    if passive_runs.is_asked(args, passive_runs.NOT_TO_EVALUATE):
        return passive_runs.evaluate(args)
    if args.attack != "none":
        args.parser.error("argument --attack: it is for passive classifiers")
    starting.check_sources(args.run, args.images)
    opened = starting.load_run(args.run)
    from absl import logging  # After TensorFlow, which it needs.

    from tf_fingerprint import evaluation
    from tf_fingerprint.evaluation import runner

    finished = runner.evaluate(
        opened,
        args.suite,
        args.to,
        sources=args.images,
        options=evaluation.Options(
            pictures=args.pictures,
            seed=args.seed,
            features=args.features and str(args.features),
            baseline=args.baseline and str(args.baseline),
            max_false_positive_rate=args.max_false_positive_rate,
            progress=True,
        ),
    )
    _keep_abilities(opened, finished)
    if args.tensorboard is not None:
        runner.write_scalars(
            finished, args.tensorboard, step=opened.config.training.images
        )
    rows = (
        {
            "suite": report.suite,
            "figure": figure.name,
            "value": figure.value,
            "low": figure.low,
            "high": figure.high,
            "unit": figure.unit,
            "pictures": figure.pictures,
            "fingerprints": figure.fingerprints,
        }
        for report in finished
        for figure in report.figures
    )
    output.write_rows(rows, args.format, shown=_COLUMNS)
    logging.info("The report is %s", args.to / runner.PAGE)
    return 0


def _keep_abilities(opened, finished):
    """Writes beside the run what its decoder reads in changed pictures."""
    from tf_fingerprint.evaluation.suites import robustness
    from tf_fingerprint.runs import abilities

    for report in finished:
        if report.suite == "robustness":
            shares = {
                figure.name: figure.value
                for figure in report.figures
                if figure.name in robustness.POINTS
            }
            abilities.keep(opened.folder, shares)


def _add_run(parser):
    parser.add_argument(
        "run",
        nargs="?",
        default=argparse.SUPPRESS,
        metavar="RUN",
        help=options.RUN_HELP,
    )
    parser.add_argument(
        "--run-dir", dest="run", metavar="RUN", help="another way to give RUN"
    )


def _add_comparisons(parser):
    """What pictures are compared by, with what, and where curves go."""
    parser.add_argument(
        "--features",
        type=pathlib.Path,
        metavar="FILE",
        help="weights of MobileNet (.npz) or InceptionV3 (.h5), by whose "
        "features pictures are compared (default: InceptionV3, fetched)",
    )
    parser.add_argument(
        "--baseline",
        type=pathlib.Path,
        metavar="DIR",
        help="folder with generator.keras, trained alike with all bits neutral",
    )
    parser.add_argument(
        "--tensorboard",
        type=pathlib.Path,
        metavar="DIR",
        help="also add the figures to these logs, such as tensorboard in RUN",
    )
