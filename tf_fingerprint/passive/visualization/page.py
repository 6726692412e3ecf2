"""Fingerprints as one HTML page that needs nothing beside it."""

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence

from tf_fingerprint.pages import template


@dataclasses.dataclass(frozen=True)
class Shown:
    """Pictures side by side, each with words below.

    `words`: more of it; empty for none.
    """

    heading: str
    words: str
    pictures: tuple[tuple[str, bytes], ...]


def page(
    labels: Sequence[str], facts: Mapping[str, object], rows: Sequence[Shown]
) -> str:
    """The page: sources' names, what the network is, what is shown."""
    return template.render(
        "passive.html", labels=labels, facts=facts, rows=rows
    )
