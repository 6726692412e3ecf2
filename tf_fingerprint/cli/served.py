"""Options of `attribute` that say how to ask a server, and as whom."""

import argparse
import base64
import os
import pathlib
import re
from collections.abc import Sequence

USER = "TF_FINGERPRINT_SERVER_USER"
PASSWORD = "TF_FINGERPRINT_SERVER_PASSWORD"


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
    """Headers of `NAME: VALUE`, and the one of user and password.

    Raises:
        ValueError: If one is no header; it is not shown.
    """
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
