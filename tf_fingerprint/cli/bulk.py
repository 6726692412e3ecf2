"""The command `bulk`: a lake of pictures."""

import argparse
import pathlib
import tempfile

from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import values


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `bulk` takes.

    Args:
        parser: The command's own.
    """
    parser.add_argument(
        "patterns",
        nargs="+",
        metavar="PATTERN",
        help="of picture files, such as 'lake/**.jpg' or 's3://bucket/2026/*'; "
        "quoted, or the shell takes it",
    )
    parser.add_argument(
        "--run",
        required=True,
        metavar="RUN",
        help="run directory, or the word `pretrained`",
    )
    parser.add_argument(
        "--registry",
        required=True,
        metavar="URL",
        help="path of a SQLite file, or a URL",
    )
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
    values.add_max_false_positive_rate(parser)
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
    parser.set_defaults(command=bulk)


def bulk(args: argparse.Namespace) -> int:
    """Attributes a lake; prints the summary."""
    _check(args)
    from tf_fingerprint import attribution
    from tf_fingerprint import bulk as lakes
    from tf_fingerprint import methods
    from tf_fingerprint import registry

    lakes.check_installed()
    with registry.open_store(args.registry) as store:
        starting.import_tensorflow()

        run = methods.load(args.run)
        registry.check_generator(store, run.record)
        candidates = attribution.Candidates.load(store, run.generator_digest)
    with tempfile.TemporaryDirectory() as folder:
        _write_decoder(run, pathlib.Path(folder))
        summary = lakes.attribute_files(
            args.patterns,
            decoder=folder,
            candidates=candidates,
            to=args.to,
            channels=run.config.data.channels,
            tfrecords=args.tfrecords,
            feature=args.feature,
            max_false_positive_rate=args.max_false_positive_rate,
            batch_size=args.batch_size,
            options=args.beam,
        )
    output.write_facts(summary, args.format)
    return 0


def _check(args):
    """Usage errors that argparse can't tell by itself."""
    if not 0 < args.max_false_positive_rate <= 1:
        args.parser.error(
            "argument --max-false-positive-rate: must lie above 0 and not "
            f"above 1. Received {args.max_false_positive_rate:g}"
        )
    if args.batch_size < 1:
        args.parser.error(
            "argument --batch-size: must be a whole number from 1 on. "
            f"Received {args.batch_size}"
        )
    if args.feature is not None and not args.tfrecords:
        args.parser.error("argument --feature: only with --tfrecords")


def _write_decoder(run, folder):
    """The decoder as a SavedModel, for workers that have no run."""
    import tensorflow as tf

    import export

    servable = export.decoder(run)
    tf.saved_model.save(
        servable.module, str(folder), signatures=dict(servable.signatures)
    )
