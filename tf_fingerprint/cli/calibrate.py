"""The command `calibrate`: the odds, measured on photographs."""

import argparse
import pathlib
from typing import Any

from tf_fingerprint import paths
from tf_fingerprint.cli import options
from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting

_COLUMNS = (
    *("photographs", "effective_bits", "mean_bias", "largest_bias"),
    "file",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `calibrate` takes."""
    options.add_run(parser)
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


def run(args: argparse.Namespace) -> int:
    """Measures what the decoder answers on photographs; prints a summary."""
    if args.registry is not None:
        paths.check_registry(args.registry)
    starting.check_sources(args.run, args.images)
    opened = starting.load_run(args.run)
    from tf_fingerprint import attribution
    from tf_fingerprint import calibration
    from tf_fingerprint import registry
    from tf_fingerprint.evaluation import calibrating

    issued: Any = ()
    if args.registry is not None:
        with registry.open_store(args.registry) as store:
            registry.check_generator(store, opened.record)
            issued = attribution.Candidates.load(store, opened.generator_digest)
    minimum = args.min_photographs
    made = calibrating.calibrate(
        opened,
        args.images,
        min_photographs=calibration.MIN_PHOTOGRAPHS
        if minimum is None
        else minimum,
        progress=True,
    )
    path = args.to or opened.folder / calibration.FILE_NAME
    made.save(path)
    summary = {**made.summary(), "file": str(path)}
    if issued:
        summary["best_matches"] = made.best_match_counts(issued.packed)
    if args.format == "table":
        output.write_rows([summary], "table", shown=_COLUMNS)
    else:
        output.write_facts(summary, args.format)
    return 0
