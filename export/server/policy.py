"""Which of the versions in a folder are served, and by which labels."""

import dataclasses
import re
from collections.abc import Iterable
from collections.abc import Mapping

MAX_VERSION = 2**63 - 1


@dataclasses.dataclass(frozen=True)
class Policy:
    """Chooses among a model's versions.

    Args:
        latest: How many of the highest are served.
        specific: The versions served instead, where given.
        labels: From label to version.
    """

    latest: int = 1
    specific: tuple[int, ...] | None = None
    labels: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if self.latest < 1:
            raise ValueError(
                f"`latest` must be at least 1. Received: {self.latest!r}"
            )

    def aspired(self, versions: Iterable[int]) -> set[int]:
        """Those that should be served.

        >>> sorted(Policy(latest=2).aspired([3, 1, 2]))
        [2, 3]
        """
        if self.specific is not None:
            return set(self.specific) & set(versions)
        return set(sorted(versions)[-self.latest :])


def version_of(name: str) -> int | None:
    """The version that a folder's name stands for, if it does.

    >>> version_of("007"), version_of("+8"), version_of("v9")
    (7, 8, None)
    """
    if not re.fullmatch(r"\+?[0-9]{1,19}", name):
        return None
    version = int(name)
    return version if version <= MAX_VERSION else None
