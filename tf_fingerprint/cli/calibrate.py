"""Commands about odds: `calibrate`, and what `attribute` takes for them."""

import argparse
import pathlib

from tf_fingerprint.cli import evidence
from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import values

_CALIBRATION_COLUMNS = (
    *("photographs", "effective_bits", "mean_bias", "largest_bias"),
    "file",
)


def add_calibrate(parser: argparse.ArgumentParser, run_help: str) -> None:
    """Adds what `calibrate` takes.

    Args:
        parser: Of that command.
        run_help: What a run is.
    """
    parser.add_argument("run", metavar="RUN", help=run_help)
    parser.add_argument(
        "--images",
        required=True,
        nargs="+",
        metavar="SOURCE",
        help="folders or zips of photographs that no copy made, of any size, "
        "that the generator was not trained on",
    )
    parser.add_argument(
        "--registry",
        metavar="URL",
        help="also count how well photographs match the nearest of its "
        "fingerprints",
    )
    parser.add_argument(
        "--to",
        type=pathlib.Path,
        metavar="FILE",
        help="where to write the calibration, packed if it ends with .gz "
        "(default: calibration.json.gz in RUN, where `attribute` and `issue` "
        "look for it)",
    )
    parser.add_argument(
        "--min-photographs",
        type=int,
        metavar="N",
        help="fewest that are enough; fewer than the default of 2,000 leave "
        "measured rates so open that they say little",
    )
    output.add_format(parser)
    parser.set_defaults(command=calibrate)


def add_judging(parser: argparse.ArgumentParser) -> None:
    """Adds what `attribute` takes about verdicts and evidence."""
    parser.add_argument(
        "--calibration",
        type=pathlib.Path,
        metavar="FILE",
        help="what `calibrate` wrote (default: that in RUN, if any)",
    )
    parser.add_argument(
        "--decide",
        choices=("hard", "soft"),
        help="accuse by matching bits, or by how far each is to be trusted, "
        "which needs a calibration (default: hard)",
    )
    parser.add_argument(
        "--combine",
        action="store_const",
        const=True,
        help="add a verdict on all images together, as of one source",
    )
    parser.add_argument(
        "--found-at",
        type=values.moment,
        metavar="TIME",
        help="when the images were found, such as 2027-12-31, to say whether "
        "the recipient's time was up by then (default: now)",
    )
    evidence.add_keeping(parser)


def calibrate(args: argparse.Namespace) -> int:
    """Measures what the decoder answers on photographs; prints a summary."""
    starting.import_tensorflow()
    from tf_fingerprint import attribution
    from tf_fingerprint import calibration
    from tf_fingerprint import methods
    from tf_fingerprint import registry
    from tf_fingerprint.evaluation import calibrating

    run = methods.load(args.run)
    issued = ()
    if args.registry is not None:
        with registry.open_store(args.registry) as store:
            registry.check_generator(store, run.record)
            issued = attribution.Candidates.load(store, run.generator_digest)
    minimum = args.min_photographs
    made = calibrating.calibrate(
        run,
        args.images,
        min_photographs=calibration.MIN_PHOTOGRAPHS
        if minimum is None
        else minimum,
        progress=True,
    )
    path = args.to or run.folder / calibration.FILE_NAME
    made.save(path)
    summary = {**made.summary(), "file": str(path)}
    if issued:
        summary["best_matches"] = made.best_match_counts(issued.packed)
    if args.format == "json":
        output.write_facts(summary, "json")
    elif args.format == "csv":
        output.write_facts(summary, "csv")
    else:
        output.write_rows([summary], "table", shown=_CALIBRATION_COLUMNS)
    return 0


def calibration_of(args: argparse.Namespace, run):
    """The calibration that `attribute` was given, or the run's own, or None.

    Args:
        args: Of `attribute`.
        run: `scalable.Run`.

    Returns:
        `calibration.Calibration`, or None.

    Raises:
        errors.CalibrationError: If it can't be read, or is another decoder's.
    """
    from tf_fingerprint import calibration

    if args.calibration is None:
        if run.calibration is None and args.decide == "soft":
            args.parser.error("argument --decide: soft needs --calibration")
        return run.calibration
    found = calibration.load(args.calibration)
    found.check_decoder(run.record)
    return found
