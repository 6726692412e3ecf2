"""What of a set has been written: one line a lot, the truth after a crash.

A lot is some pictures in a row. Its line is written after its files, in one
go; a line that was cut off does not count. So after a crash each lot is either
recorded, or written again from its beginning over whatever lies there.
"""

import contextlib
import fcntl
import json
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from tf_fingerprint import errors

JOURNAL, LOCK = "journal.jsonl", "lock"

Lot = dict[str, Any]


class Journal:
    """The journal in one folder."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.path = folder / JOURNAL

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keeps other processes out, until it ends in whatever way."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise errors.RunError(
                    f"{self.folder.parent}: only one process may write a set. "
                    "Another is writing this one. Wait for it, or end it."
                ) from None
            yield

    def settings(self) -> dict[str, Any] | None:
        """What the set is written with; None if nothing was begun."""
        return next(self._lines(), None)

    def begin(self, settings: dict[str, Any]) -> None:
        """Starts an empty journal.

        `settings`: all that the files depend on, as JSON holds it.
        """
        self._replace([settings])

    def lots(self) -> Iterator[Lot]:
        """The lots that are recorded, in the order in which they came."""
        lines = self._lines()
        next(lines, None)
        return lines

    def keep(self, is_right: Callable[[Lot], bool]) -> set[int]:
        """Strikes lots whose files are no longer as they were written."""
        kept = set()

        def lines():
            yield self.settings()
            for lot in self.lots():
                if is_right(lot):
                    kept.add(lot["lot"])
                    yield lot

        self._replace(lines())
        return kept

    def add(self, lot: Lot) -> None:
        """Records a lot whose files are there."""
        with self.path.open("ab") as file:
            file.write(_line(lot))

    def _lines(self):
        try:
            with self.path.open("rb") as file:
                for line in file:
                    if line.endswith(b"\n"):  # Else it was cut off.
                        yield json.loads(line)
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            raise errors.RunError(
                f"{self.path}: can't be read as a journal. {error}. Remove "
                f"{self.folder} to begin anew."
            ) from error

    def _replace(self, lines):
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".draft")
        with draft.open("wb") as file:
            file.writelines(map(_line, lines))
        draft.replace(self.path)


def _line(content):
    # In ASCII, since names of files may be no text at all.
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"
