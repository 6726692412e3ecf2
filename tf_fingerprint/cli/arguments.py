"""What each command takes."""

import argparse
import pathlib

from absl.flags import argparse_flags

from tf_fingerprint.cli import bulk
from tf_fingerprint.cli import commands
from tf_fingerprint.cli import output
from tf_fingerprint.cli import registry_arguments

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
    _add_train(adding)
    _add_generate(adding)
    _add_issue(adding)
    _add_attribute(adding)
    bulk.add_arguments(_added(adding, "bulk", "attribute a lake of images"))
    _add_quickstart(adding)
    _add_info(adding)
    registry_arguments.add(adding, _added, _positive)
    return main


def _add_train(adding):
    parser = _added(adding, "train", "train a generator and its decoder")
    parser.add_argument("config", metavar="CONFIG", help="TOML file")
    parser.add_argument(
        "--run-dir", required=True, type=pathlib.Path, metavar="DIR"
    )
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="replace a setting, such as training.batch_size=32; repeatable",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on where an interrupted training of this directory stopped",
    )
    parser.set_defaults(command=commands.train)


def _add_generate(adding):
    parser = _added(adding, "generate", "make pictures with an open generator")
    parser.add_argument("run", metavar="RUN", help=_RUN_HELP)
    parser.add_argument(
        "--num",
        type=_positive,
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
        "--seed", type=_not_negative, metavar="N", help="of everything drawn"
    )
    _add_to(parser, "new or empty folder for the pictures")
    parser.set_defaults(command=commands.generate)


def _add_issue(adding):
    parser = _added(adding, "issue", "hand a sealed copy to a recipient")
    parser.add_argument("run", metavar="RUN", help=_RUN_HELP)
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--recipient", metavar="NAME")
    registry_arguments.add_list(parser, who, _positive)
    parser.add_argument(
        "--registry",
        required=True,
        metavar="URL",
        help=f"{_REGISTRY_HELP}; made if there is none",
    )
    _add_to(parser, "new or empty folder for the copy", required=False)
    output.add_format(parser)
    parser.set_defaults(command=commands.issue)


def _add_attribute(adding):
    parser = _added(adding, "attribute", "tell whose copy made each image")
    parser.add_argument(
        "images",
        nargs="+",
        type=pathlib.Path,
        metavar="IMAGE",
        help="picture, or folder of pictures",
    )
    parser.add_argument("--run", required=True, metavar="RUN", help=_RUN_HELP)
    parser.add_argument(
        "--registry", required=True, metavar="URL", help=_REGISTRY_HELP
    )
    parser.add_argument(
        "--max-false-positive-rate",
        type=_rate,
        default=1e-6,
        metavar="P",
        help="tolerated chance, per image, that one from elsewhere is "
        "attributed to anybody (default: %(default)s)",
    )
    output.add_format(parser)
    parser.set_defaults(command=commands.attribute)


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


def _positive(text):
    """A whole number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(
            f"must be a whole number from 1 on. Received {text!r}"
        )
    return int(text)


def _not_negative(text):
    """A whole number from 0 on."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(
            f"must be a whole number from 0 on. Received {text!r}"
        )
    return int(text)


def _rate(text):
    """A probability above 0."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1:
        raise argparse.ArgumentTypeError(
            f"must lie above 0 and not above 1. Received {text!r}"
        )
    return rate
