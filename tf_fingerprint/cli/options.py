"""Options that several commands have."""

import argparse
import pathlib

from tf_fingerprint.cli import values

RUN_HELP = (
    "run directory, `hf://OWNER/NAME` for one on the Hugging Face hub, or the "
    "word `pretrained`"
)
REGISTRY_HELP = (
    "path of a SQLite file, or a URL such as sqlite:///registry.db or "
    "postgresql+psycopg://user@host/database"
)


def add_run(parser: argparse.ArgumentParser) -> None:
    """Adds `RUN`."""
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)


def add_registry(
    parser: argparse.ArgumentParser, more: str = "", *, required: bool = False
) -> None:
    """Adds `--registry`.

    `required`: whether it must be given.
    """
    parser.add_argument(
        "--registry",
        required=required,
        metavar="URL",
        help=f"{REGISTRY_HELP}{more}",
    )


def add_to(
    parser: argparse.ArgumentParser,
    purpose: str,
    *,
    required: bool = True,
    metavar: str = "DIR",
) -> None:
    """Adds `--to`."""
    parser.add_argument(
        "--to",
        required=required,
        type=pathlib.Path,
        metavar=metavar,
        help=purpose,
    )


def add_seed(
    parser: argparse.ArgumentParser, what: str, default: int | None = 0
) -> None:
    """Adds `--seed`."""
    parser.add_argument(
        "--seed",
        type=values.not_negative,
        default=default,
        metavar="N",
        help=what if default is None else f"{what} (default: %(default)s)",
    )


def add_expiry(parser: argparse.ArgumentParser) -> None:
    """Adds `--expires-at`."""
    parser.add_argument(
        "--expires-at",
        type=values.moment,
        metavar="TIME",
        help="until when the recipient may use the copy, such as 2027-12-31; "
        "midnight in UTC unless said otherwise",
    )


def add_key(parser: argparse.ArgumentParser, name: str, purpose: str) -> None:
    """Adds `--sign-with` or `--public-key`."""
    parser.add_argument(
        name, type=pathlib.Path, metavar="KEY.pem", help=purpose
    )


def add_secret(parser: argparse.ArgumentParser) -> None:
    """Adds `--secret`."""
    parser.add_argument(
        "--secret",
        type=pathlib.Path,
        metavar="FILE",
        help="secret of the commitments (default: beside the registry)",
    )


def add_max_false_positive_rate(
    parser: argparse.ArgumentParser, default: float | None = 1e-6
) -> None:
    """Adds the option that says how seldom somebody may be named wrongly.

    `default`: if not given; None where a command must know that it was not.
    """
    parser.add_argument(
        "--max-false-positive-rate",
        type=values.rate,
        default=default,
        metavar="P",
        help="tolerated chance, per image, that one from elsewhere is "
        "attributed to anybody (default: 1e-06)",
    )
