"""What each command takes."""

import argparse
import pathlib

from absl.flags import argparse_flags

from tf_fingerprint.cli import bulk
from tf_fingerprint.cli import calibrate
from tf_fingerprint.cli import commands
from tf_fingerprint.cli import embed
from tf_fingerprint.cli import evaluate
from tf_fingerprint.cli import evidence
from tf_fingerprint.cli import issuing_arguments
from tf_fingerprint.cli import looking
from tf_fingerprint.cli import output
from tf_fingerprint.cli import passive_arguments
from tf_fingerprint.cli import registry_arguments
from tf_fingerprint.cli import serving_arguments
from tf_fingerprint.cli import train
from tf_fingerprint.cli import values

_DESCRIPTION = """\
Trains image generators whose convolutions carry a fingerprint, hands sealed
copies to recipients, and tells whose copy made an image, with the odds of
being wrong."""

_RUN_HELP = "run directory, or the word `pretrained`"
_REGISTRY_HELP = "path of a SQLite file, or a URL such as sqlite:///registry.db"


def parser() -> argparse.ArgumentParser:
    """The parser of all commands.

    Its result has `command`, the function to call with it, and `parser`, to
    report further usage errors to.
    """
    main = argparse_flags.ArgumentParser(
        prog="tf-fingerprint", description=_DESCRIPTION, allow_abbrev=False
    )
    adding = main.add_subparsers(required=True, metavar="COMMAND")
    purpose = "train the networks of a method"
    train.add_train(_added(adding, "train", purpose))
    _add_generate(adding)
    purpose = "hide a fingerprint in the training pictures of any generator"
    embed.add_embed(_added(adding, "embed", purpose))
    purpose = "hand sealed copies to recipients"
    issuing_arguments.add_issue(_added(adding, "issue", purpose), _RUN_HELP)
    purpose = "tell whether a copy is as it was handed out"
    issuing_arguments.add_verify(_added(adding, "verify", purpose))
    _add_attribute(adding)
    _add_export(adding)
    _add_serve(adding)
    calibrate.add_calibrate(
        _added(adding, "calibrate", "measure the odds on photographs"),
        _RUN_HELP,
    )
    evidence.add_evidence(
        _added(adding, "evidence", "check reports that others wrote"),
        _REGISTRY_HELP,
    )
    bulk.add_arguments(_added(adding, "bulk", "attribute a lake of images"))
    purpose = "measure what a run's fingerprints are worth"
    evaluate.add_evaluate(_added(adding, "evaluate", purpose), _RUN_HELP)
    passive_arguments.add(adding, _added)
    _add_quickstart(adding)
    _add_info(adding)
    registry_arguments.add(adding, _added)
    return main


def _add_generate(adding):
    parser = _added(adding, "generate", "make pictures with an open generator")
    parser.add_argument("run", metavar="RUN", help=_RUN_HELP)
    parser.add_argument(
        "--num",
        type=values.positive,
        default=16,
        metavar="N",
        help="pictures to make (default: %(default)s)",
    )
    parser.add_argument(
        "--fingerprint",
        metavar="HEX",
        help="of all pictures; each its own, issued to nobody, if not given",
    )
    parser.add_argument(
        "--seed",
        type=values.not_negative,
        metavar="N",
        help="of everything drawn",
    )
    _add_to(parser, "new or empty folder for the pictures")
    parser.set_defaults(command=commands.generate)


def _add_attribute(adding):
    parser = _added(adding, "attribute", "tell whose copy made each image")
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
        help=f"{_RUN_HELP}; that of a passive classifier names the likeliest "
        "source of each, without a registry",
    )
    parser.add_argument("--registry", metavar="URL", help=_REGISTRY_HELP)
    looking.add_looking(parser)
    values.add_max_false_positive_rate(parser, default=None)
    serving_arguments.add_server(parser)
    calibrate.add_judging(parser)
    parser.add_argument(
        "--passive",
        type=pathlib.Path,
        metavar="DIR",
        help="run directory of a classifier to ask besides, which goes by the "
        "traces of generators; see `passive`",
    )
    output.add_format(parser)
    parser.set_defaults(command=commands.attribute)


def _add_export(adding):
    parser = _added(adding, "export", "publish a model for a server")
    serving_arguments.add_export(parser, run_help=_RUN_HELP)
    output.add_format(parser)


def _add_serve(adding):
    parser = _added(adding, "serve", "answer requests on this machine")
    serving_arguments.add_serve(parser)


def _add_quickstart(adding):
    parser = _added(
        adding, "quickstart", "see the whole workflow on pretrained weights"
    )
    parser.add_argument(
        "--to",
        type=pathlib.Path,
        default=pathlib.Path("quickstart"),
        metavar="DIR",
        help="folder for everything; an earlier quickstart there is replaced "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--run", default="pretrained", metavar="RUN", help=_RUN_HELP
    )
    output.add_format(parser)
    parser.set_defaults(command=commands.quickstart)


def _add_info(adding):
    parser = _added(adding, "info", "show versions, a run, a registry")
    parser.add_argument("run", nargs="?", metavar="RUN", help=_RUN_HELP)
    parser.add_argument("--registry", metavar="URL", help=_REGISTRY_HELP)
    output.add_format(parser)
    parser.set_defaults(command=commands.info)


def _added(adding, name, purpose):
    """A command's parser."""
    sentence = f"{purpose[0].upper()}{purpose[1:]}."
    parser = adding.add_parser(
        name, help=purpose, description=sentence, allow_abbrev=False
    )
    parser.set_defaults(parser=parser)
    return parser


def _add_to(parser, purpose, *, required=True):
    parser.add_argument(
        "--to",
        required=required,
        type=pathlib.Path,
        metavar="DIR",
        help=purpose,
    )


def _add_secret(parser):
    parser.add_argument(
        "--secret",
        type=pathlib.Path,
        metavar="FILE",
        help="secret of the commitments (default: beside the registry)",
    )


def _names(text):
    """Names between commas."""
    return tuple(name for name in text.split(",") if name)
