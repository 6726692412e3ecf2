"""What each command does. Imports stand inside: help need not wait for them."""

import argparse
import contextlib
import sys

from absl import logging

from tf_fingerprint import errors
from tf_fingerprint.cli import output
from tf_fingerprint.cli import serve
from tf_fingerprint.cli import starting

_VERDICT_COLUMNS = (
    *("image", "finding", "recipient", "state", "expired"),
    *("num_matches", "num_bits", "p_value", "measured_low", "measured_high"),
)
_TALLY_COLUMNS = (
    *("recipient", "format", "right", "wrong", "nobody"),
    *("bit_accuracy", "median_p_value"),
)


def train(args: argparse.Namespace) -> int:
    """Trains; prints the run directory."""
    from tf_fingerprint import config

    settings = config.read(args.config, args.overrides)
    starting.import_tensorflow()
    from tf_fingerprint import methods

    # Keras draws its bar on stdout, which is for results.
    with contextlib.redirect_stdout(sys.stderr):
        run_dir = methods.train(
            settings,
            args.run_dir,
            resume=args.resume,
            minutes=args.minutes,
            verbose="auto" if sys.stderr.isatty() else 0,
        )
    print(run_dir)
    _tell_reached(run_dir, settings.method)
    return 0


def _tell_reached(run_dir, method):
    """What a training came to and what to do next, on stderr."""
    from tf_fingerprint import methods

    if method == "artificial":
        print(
            f"Next: tf-fingerprint evaluate {run_dir} --images PHOTOGRAPHS, "
            "then `tf-fingerprint embed`.",
            file=sys.stderr,
        )
        return
    try:
        run = methods.load(run_dir)
    except errors.RunError:  # Its minutes were over before its steps.
        print(
            "Not done yet. Next: the same command with --resume.",
            file=sys.stderr,
        )
        return
    from tf_fingerprint.issuing import traceability

    reached = traceability.reached(run)
    next_step = (
        f"tf-fingerprint issue {run_dir} --recipient NAME --registry "
        "registry.db --to DIR"
        if reached.num_copies
        else "train longer, with more `training.images`"
    )
    print(f"Reached: {reached.in_words()}.", file=sys.stderr)
    print(f"Next: {next_step}", file=sys.stderr)


def generate(args: argparse.Namespace) -> int:
    """Makes pictures; prints the path of each."""
    run = starting.load_run(args.run)
    starting.check_generator(run)
    from tf_fingerprint import files
    from tf_fingerprint import fingerprints

    files.check_new(args.to, "pictures")
    bits = None
    if args.fingerprint is not None:
        try:
            bits = fingerprints.from_hex(
                args.fingerprint, run.config.networks.num_bits
            )
        except ValueError as error:
            args.parser.error(f"argument --fingerprint: {error}")
    images = run.generate(
        args.num, fingerprints=bits, seed=args.seed, progress=True
    )
    for path in files.write_pictures(images, args.to):
        print(path)
    return 0


def attribute(args: argparse.Namespace) -> int:
    """Prints one verdict an image; unreadable ones are told on stderr."""
    if serve.is_asked(args):
        return serve.attribute(args)
    if args.sign_with is not None and args.evidence is None:
        args.parser.error("argument --sign-with: it goes with --evidence")
    from tf_fingerprint import attribution
    from tf_fingerprint import evidence
    from tf_fingerprint import registry

    with registry.open_store(args.registry) as store:
        run = starting.load_run(args.run)
        candidates, head = evidence.read(store, run.generator_digest)
    from tf_fingerprint.cli import calibrate
    from tf_fingerprint.cli import evidence as cli_evidence
    from tf_fingerprint.cli import reader as cli_reader  # After TensorFlow.
    from tf_fingerprint.cli import second_opinions

    second = second_opinions.asked(args.passive)

    judge = attribution.Judge(
        candidates,
        calibrate.calibration_of(args, run),
        max_false_positive_rate=args.max_false_positive_rate or 1e-6,
        decide=args.decide or "hard",
        found_at=args.found_at,
    )
    with cli_evidence.evidence_of(args, judge, head) as kept:
        reader = cli_reader.Reader(
            run,
            judge,
            keep=kept,
            combine=bool(args.combine),
            passive=second,
        )
        rows = reader.rows(args.images)
        shown = _VERDICT_COLUMNS
        if second is not None:
            shown += second_opinions.COLUMNS
        output.write_rows(rows, args.format, shown=shown)
    return 1 if reader.num_unreadable else 0


def quickstart(args: argparse.Namespace) -> int:
    """Shows the whole workflow; prints how the pictures were attributed."""
    starting.import_tensorflow()
    from tf_fingerprint import quickstart as showing

    summary = showing.quickstart(args.to, run=args.run)
    if args.format == "json":
        output.write_facts(summary, "json")
    else:
        rows = [*summary["by_recipient"], _photograph_row(summary)]
        output.write_rows(rows, args.format, shown=_TALLY_COLUMNS)
    logging.info("The report is %s", args.to / "report.html")
    return 0


def info(args: argparse.Namespace) -> int:
    """Prints versions, and what a run and a registry hold."""
    from tf_fingerprint.cli import facts

    known = {"versions": facts.versions()}
    if args.registry is not None:
        known["registry"] = facts.of_registry(args.registry)
    if args.run is not None:
        known["run"] = facts.of_run(starting.load_run(args.run))
    output.write_facts(known, args.format)
    return 0


def _photograph_row(summary):
    """The photograph as another row among the tallies."""
    verdict = summary["photograph"]
    return {
        "recipient": "(a photograph)",
        "format": "jpeg",
        "right": None,
        "wrong": int(verdict["recipient"] is not None),
        "nobody": int(verdict["recipient"] is None),
        "bit_accuracy": None,
        "median_p_value": verdict["p_value"],
    }
