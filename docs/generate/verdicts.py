"""The page of what a verdict says, key by key."""

import inspect
import re

from tf_fingerprint import attribution
from tf_fingerprint.attribution import verdict
from tf_fingerprint.evidence import reports

PAGE = "reference/verdicts.md"

# What no class says in words: made of several, or of text.
WORDS = {
    "image": "Path of the picture, or how many were judged together",
    "recipient": "Party that is named; null for nobody",
    "state": "How far the issuance had come: `reserved`, `issued`, `revoked` "
    "or `retired`",
    "issuance_id": "Id of the issuance whose fingerprint the image carries, "
    "in any state; null for none",
    "expires_at": "Until when its recipient might use the copy, ISO 8601 in "
    "UTC; null for no end",
    "expired": "Whether the image was found after that; null for no end",
    "margin": "Bits by which the best candidate leads the runner-up",
    "candidate_id": "Id of the nearest issuance, named or not",
    "runner_up_id": "Id of the second-nearest",
    "measured_hits": "Photographs that match the nearest fingerprint as well",
    "measured_trials": "Photographs that were decoded",
    "measured_rate": "Hits as a share of trials",
    "measured_low": "Lower end of its 95 % interval",
    "measured_high": "Upper end of it",
    "soft_log10_p_corrected": "Decimal logarithm of the chance that any "
    "candidate drawn at random misses no more weight",
    "width": "Of the upright picture, in pixels",
    "height": "Likewise",
    "frame": "Number of the frame in its file, from 1 on",
    "num_frames": "Frames in the file",
    "box": "Left, top, right and bottom of the place that was looked at",
    "mirrored": "Whether the decoder was shown it mirrored",
    "scale": "Side of what the decoder was shown, over that of the place",
    "search": "How far was looked: `none`, `single`, `margins` or `full`",
    "note": "What else is to be said of the picture",
    "soft_recipient": "Whose fingerprint misses least weight",
    "soft_missed": "Weight of the bits in which it disagrees",
    "soft_total": "Weight of all bits",
    "accused_recipients": "Who had a part in it if it is ambiguous, as far as "
    "weighed bits tell",
    "accused_p_values": "The odds of each, in the same order",
}

_HEAD = """\
# Verdicts, key by key

What `tf-fingerprint attribute --format json` writes, one object a line, and
`--format csv` as columns; `Verdict.to_dict` in Python holds the same, with
`measured`, `soft` and `accused` as objects of their own. What is not known is
null. What the four findings mean, [odds](../evidence.md#four-verdicts) says.

| key | meaning |
|---|---|
"""

_FORMULAS = """
## How each number comes about

Everybody can compute them again from a folder of evidence; these are the
words that stand in its reports.

| what | how |
|---|---|
"""


def pages() -> dict[str, str]:
    """From the page's path in the site to its Markdown."""
    rows = [f"| `{key}` | {meaning(key)} |\n" for key in keys()]
    formulas = [
        f"| `{name}` | {text.replace('|', '&#124;').replace('*', '&#42;')} |\n"
        for name, text in reports.FORMULAS.items()
    ]
    return {PAGE: _HEAD + "".join(rows) + _FORMULAS + "".join(formulas)}


def keys() -> list[str]:
    """What a row of `attribute` holds, in its order."""
    return list(_documented()) + [
        key for key in WORDS if key not in _documented()
    ]


def meaning(key: str) -> str:
    """What a key means."""
    return (WORDS.get(key) or _documented()[key]).rstrip(".") + "."


def _documented():
    """What the docstrings of the classes say of their fields."""
    found = {"image": ""}
    for kind, prefix, held in (
        (verdict.Verdict, "", _VERDICT),
        (attribution.Attribution, "", _ATTRIBUTION),
    ):
        text = inspect.getdoc(kind).partition("Args:\n")[2]
        for name, words in re.findall(
            r"^ {4}(\w+): (.*?)(?=^ {4}\w+: |\n\n|\Z)", text, re.S | re.M
        ):
            if name in held:
                found[prefix + name] = " ".join(words.split())
    return found


_VERDICT = (
    *("finding", "reason", "presence", "presence_threshold", "found_at"),
    *("num_images", "decided_by", "max_false_positive_rate"),
    *("decoder_digest", "calibration_digest"),
)
_ATTRIBUTION = (
    *("num_matches", "num_bits", "threshold", "false_positive_rate"),
    *("p_value", "num_candidates", "runner_up_matches", "num_places"),
)
