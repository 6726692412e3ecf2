"""The part of `attribute` that asks a server: how, and as whom."""

import argparse
import base64
import logging
import os
import pathlib
import re
from collections.abc import Sequence

from tf_fingerprint.cli import output

USER = "TF_FINGERPRINT_SERVER_USER"
PASSWORD = "TF_FINGERPRINT_SERVER_PASSWORD"

_ANSWER_COLUMNS = (
    *("image", "verdict", "recipient_id", "matches"),
    *("runner_up_matches", "p_value_corrected"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what authenticates, and whom to trust."""
    parser.add_argument(
        "--header",
        action="append",
        metavar="'NAME: VALUE'",
        help="to send to the server, repeatable; of a user and a password "
        f"instead the environment's {USER} and {PASSWORD}",
    )
    parser.add_argument(
        "--ca",
        type=pathlib.Path,
        metavar="FILE.pem",
        help="of the authority that signed the server's certificate",
    )


def headers(given: Sequence[str]) -> dict[str, str]:
    """Headers of `NAME: VALUE`, and the one of user and password."""
    found = {}
    for each in given:
        name, colon, value = each.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9-]+", name):
            raise ValueError("argument --header: must be like 'Name: value'")
        found[name] = value.strip()
    user, password = (os.environ.get(each) for each in (USER, PASSWORD))
    if user is not None:
        pair = f"{user}:{password or ''}".encode()
        basic = base64.b64encode(pair).decode("ascii")
        found.setdefault("Authorization", f"Basic {basic}")
    return found


def ask(args: argparse.Namespace) -> int:
    """Prints one verdict an image, as a server gives it."""
    from tf_fingerprint.cli import served_reader

    # It would tell of every request.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        reader = served_reader.Reader(
            args.server,
            args.model or "attribution",
            headers=headers(args.header or ()),
            ca=args.ca,
        )
    except ValueError as error:
        args.parser.error(f"argument --server: {error}")
    with reader:
        output.write_rows(
            reader.rows(args.images), args.format, shown=_ANSWER_COLUMNS
        )
    return 1 if reader.num_unreadable else 0
