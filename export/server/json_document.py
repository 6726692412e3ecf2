"""JSON as the production server reads it: more leniently than the standard.

Bytes after the document are ignored, of duplicate members the first counts,
and `NaN`, `Infinity` and `Inf` are numbers.
"""

import json
import math
import re
from typing import Any

from export.server import status

# Strings are passed over, so that nothing is replaced inside them.
SHORT_INFINITY = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|Inf(?!inity)', re.DOTALL)


def parse(body: bytes) -> dict[str, Any]:
    """Reads the body of a request."""
    text = body.decode("utf-8", "surrogateescape")
    if not text.strip(" \t\n\r"):
        raise status.invalid("JSON Parse error: The document is empty")
    if "Inf" in text:
        text = SHORT_INFINITY.sub(_lengthen, text)
    start = len(text) - len(text.lstrip(" \t\n\r"))
    try:
        document, _ = _DECODER.raw_decode(text, start)
    except RecursionError:
        raise status.invalid("JSON Parse error: nested too deep") from None
    except ValueError as error:
        raise status.invalid(f"JSON Parse error: {error}") from None
    if not isinstance(document, dict):
        raise status.invalid("JSON Value: the document must be an object")
    return document


def _lengthen(match):
    return "Infinity" if match[0] == "Inf" else match[0]


def _finite(text):
    number = float(text)
    if math.isinf(number):
        raise ValueError("Number too big to be stored in double")
    return number


def _first_members(pairs):
    members = {}
    for name, value in pairs:
        members.setdefault(name, value)
    return members


_DECODER = json.JSONDecoder(
    parse_float=_finite, object_pairs_hook=_first_members
)
