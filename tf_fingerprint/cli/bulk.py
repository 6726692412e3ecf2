"""The command `bulk`: a lake of pictures."""

import argparse
import pathlib
import tempfile

from tf_fingerprint import paths
from tf_fingerprint.cli import options
from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import values


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `bulk` takes."""
    parser.add_argument(
        "patterns",
        nargs="+",
        metavar="PATTERN",
        help="of picture files, such as 'lake/**.jpg' or 's3://bucket/2026/*'; "
        "quoted, or the shell takes it",
    )
    parser.add_argument(
        "--run", required=True, metavar="RUN", help=options.RUN_HELP
    )
    options.add_registry(parser, required=True)
    parser.add_argument(
        "--to",
        required=True,
        metavar="DIR",
        help="new or empty folder, or URL of one that all workers reach",
    )
    parser.add_argument(
        "--tfrecords",
        action="store_true",
        help="the files are TFRecord files of pictures",
    )
    parser.add_argument(
        "--feature",
        metavar="NAME",
        help="of the tf.train.Example in each record that holds the picture; "
        "if not given, records are pictures",
    )
    options.add_max_false_positive_rate(parser)
    parser.add_argument(
        "--batch-size",
        type=values.positive,
        default=64,
        metavar="N",
        help="images decoded at a time, at most (default: %(default)s)",
    )
    parser.add_argument(
        "--beam",
        action="append",
        default=[],
        metavar="OPTION",
        help="of Apache Beam, such as --beam=--runner=FlinkRunner; repeatable",
    )
    output.add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Attributes a lake; prints the summary."""
    _check(args)
    from tf_fingerprint import attribution
    from tf_fingerprint import bulk
    from tf_fingerprint import registry

    bulk.check_installed()
    with registry.open_store(args.registry) as store:
        opened = starting.load_run(args.run)
        registry.check_generator(store, opened.record)
        candidates = attribution.Candidates.load(store, opened.generator_digest)
    with tempfile.TemporaryDirectory() as folder:
        _write_decoder(opened, pathlib.Path(folder))
        summary = bulk.attribute_files(
            args.patterns,
            decoder=folder,
            candidates=candidates,
            to=args.to,
            channels=opened.config.data.channels,
            tfrecords=args.tfrecords,
            feature=args.feature,
            max_false_positive_rate=args.max_false_positive_rate,
            batch_size=args.batch_size,
            options=args.beam,
        )
    output.write_facts(summary, args.format)
    return 0


def _check(args):
    """Tells what is not right before anything is imported for it."""
    if args.feature is not None and not args.tfrecords:
        args.parser.error("argument --feature: only with --tfrecords")
    from tf_fingerprint import methods

    paths.check_registry(args.registry)
    methods.find(args.run)
    for pattern in args.patterns:
        paths.check_pattern(pattern)


def _write_decoder(run, folder):
    """The decoder as a SavedModel, for workers that have no run."""
    import tensorflow as tf

    import export

    servable = export.decoder(run)
    tf.saved_model.save(
        servable.module, str(folder), signatures=dict(servable.signatures)
    )
