"""The command `embed`: fingerprints into a set of pictures."""

import argparse
import sys

from tf_fingerprint.cli import options
from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import values


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `embed` takes."""
    parser.add_argument(
        "source",
        metavar="DATA",
        help="folder or zip of pictures, or tfds:NAME, of any length",
    )
    parser.add_argument(
        "--run", required=True, metavar="RUN", help="run directory of a codec"
    )
    _add_fingerprint(parser)
    options.add_to(
        parser,
        "new or empty folder; `pictures` and `manifest.json` appear in it when "
        "everything was read back",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on where an interrupted call of the same command stopped",
    )
    parser.add_argument(
        "--format",
        choices=("png", "tfrecord"),
        default="png",
        help="of the pictures: a file each under their own names, or "
        "tf.train.Example records (default: %(default)s)",
    )
    _add_selection(parser)
    _add_limits(parser)


def run(args: argparse.Namespace) -> int:
    """Writes the set; prints what the manifest says of the whole."""
    _check(args)
    starting.check_sources(args.run, [args.source])
    if args.registry is None:
        run = _codec(args)
        return _told(_embed(args, run, _marking(args, run, args.fingerprint)))
    from tf_fingerprint import registry

    with registry.open_store(args.registry, create=True) as store:
        run = _codec(args)
        try:
            return _told(_embed_for(args, run, store))
        except ValueError as error:
            return args.parser.error(str(error))


def _codec(args):
    run = starting.load_run(args.run)
    starting.check_codec(run)
    return run


def _add_fingerprint(parser):
    """Which fingerprint, or whose."""
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument(
        "--fingerprint", metavar="HEX", help="of all marked pictures"
    )
    whose.add_argument(
        "--recipient",
        metavar="NAME",
        help="of the generator that will be trained on the set; a fresh "
        "fingerprint is issued to it",
    )
    whose.add_argument(
        "--reserved",
        metavar="ID",
        help="use an issuance that was only reserved",
    )
    whose.add_argument(
        "--fingerprint-per-image",
        action="store_true",
        help="a fingerprint for each picture, drawn by --seed and name; what a "
        "generator makes then carries none of them",
    )
    options.add_registry(
        parser, ", with --recipient and --reserved; made if there is none"
    )
    options.add_expiry(parser)
    parser.add_argument(
        "--show-fingerprint",
        action="store_true",
        help="write the fingerprint itself into the manifest, not only what "
        "it can be checked against",
    )


def _add_selection(parser):
    """Which pictures are marked."""
    parser.add_argument(
        "--share",
        type=values.share,
        default=1.0,
        metavar="SHARE",
        help="of the pictures to mark, chosen by --seed and name; the others "
        "are written unmarked (default: all)",
    )
    parser.add_argument(
        "--strength",
        type=values.share,
        default=1.0,
        metavar="SHARE",
        help="of what the codec does to a picture; weaker marks are seen less, "
        "and less of them survives (default: all)",
    )
    parser.add_argument(
        "--only",
        default="",
        metavar="SUBFOLDER",
        help="mark only what is in this folder of DATA, such as one class",
    )
    options.add_seed(parser, "of what is chosen and drawn")


def _add_limits(parser):
    parser.add_argument(
        "--min-bit-accuracy",
        type=values.share,
        default=0.95,
        metavar="SHARE",
        help="of the bits that must be read in what was written, or nothing "
        "is finished (default: %(default)s)",
    )
    parser.add_argument(
        "--max-broken-share",
        type=values.share,
        default=0.01,
        metavar="SHARE",
        help="of pictures that can't be read and are left out and named "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--batch-size",
        type=values.positive,
        default=64,
        metavar="N",
        help="pictures encoded at a time (default: %(default)s)",
    )


def _check(args):
    """Usage errors that argparse can't tell by itself."""
    is_issued = args.recipient is not None or args.reserved is not None
    if is_issued and args.registry is None:
        args.parser.error("--recipient and --reserved need --registry")
    if not is_issued and args.registry is not None:
        args.parser.error(
            "argument --registry: it goes with --recipient or --reserved"
        )
    if args.expires_at is not None and args.recipient is None:
        args.parser.error("argument --expires-at: it goes with --recipient")
    for name in ("share", "strength"):
        if getattr(args, name) == 0:
            args.parser.error(
                f"argument --{name}: must lie above 0. Received 0"
            )


def _marking(args, run, fingerprint=None, issuance_id=None):
    """What is marked; without a fingerprint, each picture with its own."""
    from tf_fingerprint.artificial import marking

    try:
        return marking.Marking(
            run.record.num_bits,
            fingerprint and fingerprint.lower(),
            share=args.share,
            only=args.only,
            seed=args.seed,
            strength=args.strength,
            issuance_id=issuance_id,
            reveal=args.show_fingerprint,
        )
    except ValueError as error:
        args.parser.error(f"argument --fingerprint: {error}")


def _embed_for(args, run, store):
    """Writes the set of a recipient."""
    from tf_fingerprint.artificial.marked_sets import requirements
    from tf_fingerprint.issuing import marked_sets

    return marked_sets.embed_for(
        run,
        store,
        args.to,
        lambda record: _embed(
            args, run, _marking(args, run, record.fingerprint, record.id)
        ),
        check=lambda: requirements.check(
            *(run, args.source, args.to, _marking(args, run)),
            files=args.format,
        ),
        recipient=args.recipient,
        reserved=args.reserved,
        resume=args.resume,
        expires_at=args.expires_at,
    )


def _embed(args, run, marking):
    """Writes the set."""
    from tf_fingerprint.artificial.marked_sets import embedding

    return embedding.embed(
        run,
        args.source,
        args.to,
        marking,
        files=args.format,
        resume=args.resume,
        min_bit_accuracy=args.min_bit_accuracy,
        max_broken_share=args.max_broken_share,
        batch_size=args.batch_size,
        progress=True,
    )


def _told(manifest) -> int:
    """Prints a manifest; broken pictures are told on stderr."""
    for _, reason in manifest["broken"]:
        print(f"tf-fingerprint: left out: {reason}", file=sys.stderr)
    facts = {**manifest, "broken": len(manifest["broken"])}
    output.write_facts(facts, "table")
    return 0
