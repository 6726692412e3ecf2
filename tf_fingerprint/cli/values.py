"""Arguments that are more than text, with usage errors where they are not."""

import argparse
import datetime
import math
import re

_HIGHEST_PORT = 65535


def positive(text: str) -> int:
    """A whole number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(
            f"must be a whole number from 1 on. Received {text!r}"
        )
    return int(text)


def not_negative(text: str) -> int:
    """A whole number from 0 on."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(
            f"must be a whole number from 0 on. Received {text!r}"
        )
    return int(text)


def minutes(text: str) -> float:
    """A time above 0."""
    try:
        minutes = float(text)
    except ValueError:
        minutes = math.nan
    if not 0 < minutes < math.inf:
        raise argparse.ArgumentTypeError(
            f"must be a number of minutes above 0. Received {text!r}"
        )
    return minutes


def rate(text: str) -> float:
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


def share(text: str) -> float:
    """A number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(
            f"must lie between 0 and 1. Received {text!r}"
        )
    return number


def port(text: str) -> int:
    """A port's number; 0 is any that is free."""
    if not text.isdecimal() or int(text) > _HIGHEST_PORT:
        raise argparse.ArgumentTypeError(
            f"must be a whole number up to {_HIGHEST_PORT}. Received {text!r}"
        )
    return int(text)


def moment(text: str) -> datetime.datetime:
    """A date or a time in ISO 8601; midnight in UTC unless it says."""
    try:
        moment = datetime.datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=moment.tzinfo or datetime.UTC)
        return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            "must be a time such as 2027-12-31 or 2027-12-31T18:00+01:00. "
            f"Received {text!r}"
        ) from None


def model_name(text: str) -> str:
    """A name that a folder and a URL can have."""
    if not re.fullmatch("[A-Za-z0-9_-][A-Za-z0-9._-]*", text):
        raise argparse.ArgumentTypeError(
            "must be letters, digits, hyphens, underscores and dots, a dot not "
            f"first. Received {text!r}"
        )
    return text
