"""The command `attribute`: whose copy made each image?"""

import argparse
import contextlib
import logging
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

from tf_fingerprint import paths
from tf_fingerprint.cli import looking
from tf_fingerprint.cli import options
from tf_fingerprint.cli import output
from tf_fingerprint.cli import passive_runs
from tf_fingerprint.cli import served
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import values

_COLUMNS = (
    *("image", "finding", "recipient", "state", "expired"),
    *("num_matches", "num_bits", "p_value", "measured_low", "measured_high"),
    *("box", "num_places", "note"),
)
_ANSWER_COLUMNS = (
    *("image", "verdict", "recipient_id", "matches"),
    *("runner_up_matches", "p_value_corrected"),
)

# What a server has been told already.
_NOT_TO_A_SERVER = (
    *("run", "registry", "max_false_positive_rate", "calibration", "decide"),
    *("combine", "found_at", "evidence", "sign_with", "passive"),
    *("search", "box"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `attribute` takes."""
    parser.add_argument(
        "images",
        nargs="+",
        type=pathlib.Path,
        metavar="IMAGE",
        help="picture, or folder or zip archive of pictures",
    )
    parser.add_argument(
        "--run",
        "--run-dir",
        metavar="RUN",
        help=f"{options.RUN_HELP}; that of a passive classifier names the "
        "likeliest source of each, without a registry",
    )
    options.add_registry(parser)
    looking.add_looking(parser)
    options.add_max_false_positive_rate(parser, default=None)
    parser.add_argument(
        "--server",
        metavar="URL",
        help="ask this server, such as http://127.0.0.1:8501 or "
        "grpc://127.0.0.1:8500, instead of a run and a registry",
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="of the server's attribution model (default: attribution)",
    )
    served.add_arguments(parser)
    _add_judging(parser)
    _add_evidence(parser)
    parser.add_argument(
        "--passive",
        type=pathlib.Path,
        metavar="DIR",
        help="run directory of a classifier to ask besides, which goes by the "
        "traces of generators; see `passive`",
    )
    output.add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Prints one verdict an image; unreadable ones are told on stderr."""
    if passive_runs.is_asked(args, passive_runs.NOT_TO_ATTRIBUTE):
        return passive_runs.attribute(args)
    _check(args)
    if args.server is not None:
        return _ask_server(args)
    _check_paths(args)
    if not _some_exist(args.images):
        return 1
    from tf_fingerprint import evidence
    from tf_fingerprint import registry

    given = _given_calibration(args)
    with registry.open_store(args.registry) as store:
        opened = starting.load_run(args.run)
        registry.check_generator(store, opened.record)
        candidates, head = evidence.read(store, opened.generator_digest)
        return _attribute(args, opened, given, candidates, head, store)


def _attribute(args, opened, given, candidates, head, store):
    """Prints the verdicts of a run and the candidates of its registry."""
    from tf_fingerprint import attribution
    from tf_fingerprint.attribution import files as attributed_files
    from tf_fingerprint.cli import reader as cli_reader  # After TensorFlow.
    from tf_fingerprint.cli import second_opinions

    second = second_opinions.asked(args.passive)
    judge = attribution.Judge(
        candidates,
        _calibration(args, opened, given),
        max_false_positive_rate=args.max_false_positive_rate or 1e-6,
        decide=args.decide or "hard",
        found_at=args.found_at,
    )
    with _evidence(args, judge, head) as kept:
        search: Any = args.search or ("single" if args.combine else None)
        reader = cli_reader.Reader(
            attributed_files.FileReader(
                opened, judge, search=search, box=args.box
            ),
            judge,
            keep=kept,
            combine=bool(args.combine),
            passive=second,
            vouch=store.vouched,
        )
        shown: tuple[str, ...] = _COLUMNS
        if second is not None:
            shown += second_opinions.COLUMNS
        output.write_rows(reader.rows(args.images), args.format, shown=shown)
    return 1 if reader.num_unreadable else 0


def _add_judging(parser):
    """What there is to say about verdicts."""
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


def _add_evidence(parser):
    """Where reports go, and who signs them."""
    parser.add_argument(
        "--evidence",
        type=pathlib.Path,
        metavar="DIR",
        help="new or empty folder for a report on each image, and with "
        "--combine on all together, that others can check with `evidence "
        "verify`",
    )
    options.add_key(
        parser,
        "--sign-with",
        "sign the evidence with this private key on an elliptic curve, for "
        "OpenSSF model-signing",
    )


def _check(args):
    """Usage errors that argparse can't tell by itself."""
    given = [n for n in _NOT_TO_A_SERVER if getattr(args, n) is not None]
    if args.server is not None and given:
        option = given[0].replace("_", "-")
        args.parser.error(
            f"argument --{option}: not allowed with argument --server"
        )
    if args.server is None:
        if args.run is None or args.registry is None:
            args.parser.error(
                "--run and --registry are required, unless --server is given"
            )
        for name in ("model", "header", "ca"):
            if getattr(args, name) is not None:
                args.parser.error(f"argument --{name}: it is one of --server's")
        if args.sign_with is not None and args.evidence is None:
            args.parser.error("argument --sign-with: it goes with --evidence")
        if args.combine and args.search in ("margins", "full"):
            args.parser.error(
                "argument --combine: it takes one place of each picture; "
                "--search must be none or single"
            )


def _check_paths(args):
    """Tells what is not there before anything is imported to read it."""
    from tf_fingerprint import methods

    paths.check_registry(args.registry)
    for run_dir in filter(None, (args.run, args.passive)):
        methods.find(run_dir)
    if args.sign_with is not None:
        from export.bundles import signing

        signing.check_readable(args.sign_with)


def _some_exist(images):
    """Whether there is an image; if not, each is told."""
    if any(path.exists() for path in images):
        return True
    from tf_fingerprint import errors
    from tf_fingerprint.data import found_files

    for file in found_files.found_files(images):
        try:
            file.read()
        except errors.DataError as error:
            print(f"tf-fingerprint: {error}", file=sys.stderr)
    return False


def _given_calibration(args):
    """The calibration of `--calibration`, if any."""
    from tf_fingerprint import calibration

    return args.calibration and calibration.load(args.calibration)


def _calibration(args, opened, given):
    """What was given, which must be of this decoder, or what the run has."""
    if given is None:
        if opened.calibration is None and args.decide == "soft":
            args.parser.error("argument --decide: soft needs --calibration")
        return opened.calibration
    given.check_decoder(opened.record)
    return given


@contextlib.contextmanager
def _evidence(args, judge, head) -> Iterator:
    """What keeps the evidence, if it is wanted."""
    if args.evidence is None:
        yield None
        return
    from tf_fingerprint import evidence

    sign = None
    if args.sign_with is not None:
        from export.bundles import signing

        sign = signing.Signer(args.sign_with).sign
    with evidence.Evidence(args.evidence, judge, head, sign=sign) as kept:
        yield kept


def _ask_server(args):
    """Prints one verdict an image, as a server gives it."""
    from tf_fingerprint.cli import served_reader

    # It would tell of every request.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        reader = served_reader.Reader(
            args.server,
            args.model or "attribution",
            headers=served.headers(args.header or ()),
            ca=args.ca,
        )
    except ValueError as error:
        args.parser.error(f"argument --server: {error}")
    with reader:
        output.write_rows(
            reader.rows(args.images), args.format, shown=_ANSWER_COLUMNS
        )
    return 1 if reader.num_unreadable else 0
