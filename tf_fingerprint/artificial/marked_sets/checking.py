"""Whether a set that was written can be read, and what is said of it then."""

import dataclasses
import hashlib
import json
import math
import pathlib
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np

from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint.artificial import marking as markings
from tf_fingerprint.artificial.marked_sets import journal as journals
from tf_fingerprint.artificial.marked_sets import picture_files

MANIFEST = "manifest.json"

# The line of a manifest after which there is one line for each file.
FILES_LINE = ' "files": [\n'

_LINES = "files.jsonl"


def is_right(lot: journals.Lot, files: picture_files.Files) -> bool:
    """Whether a lot's files are as they were written."""
    try:
        found = [hashlib.sha256(each).hexdigest() for each in files.read(lot)]
    except (OSError, ValueError, IndexError):
        return False
    return found == [each["sha256"] for each in lot["files"]]


@dataclasses.dataclass
class Tally:
    """What all pictures together come to; grows with `add`.

    `matches`: bits read right, of all in the marked ones; `bits`: in all of the
    marked ones; `lowest`: bit accuracy of the marked picture that is read
    worst; `decibels`: signal-to-noise ratios of marked pictures, added up;
    `changed`: pictures that have one: those that differ from the original;
    `broken`: name and reason of each picture that could not be read.
    """

    pictures: int = 0
    marked: int = 0
    matches: int = 0
    bits: int = 0
    lowest: float = math.inf
    lowest_name: str = ""
    decibels: float = 0.0
    changed: int = 0
    broken: list[list[str]] = dataclasses.field(default_factory=list)

    def add(self, file: Mapping[str, Any], matches: int, num_bits: int) -> None:
        """Counts a marked picture."""
        self.marked += 1
        self.matches += matches
        self.bits += num_bits
        if file["psnr"] is not None:
            self.decibels += file["psnr"]
            self.changed += 1
        if matches / num_bits < self.lowest:
            self.lowest, self.lowest_name = matches / num_bits, file["name"]

    def check(self, min_bit_accuracy: float, where: str) -> None:
        """Raises a `RunError` if too few bits are read.

        `min_bit_accuracy`: share of all bits that must be read right.
        """
        if not self.marked:
            raise errors.RunError(
                f"{where}: at least one picture must be marked. None is. Raise "
                "`--share`, or name another folder by `--only`."
            )
        accuracy = self.matches / self.bits
        if not accuracy >= min_bit_accuracy:
            raise errors.RunError(
                f"{where}: at least {min_bit_accuracy:.2%} of the bits must be "
                f"read in what was written. It is {accuracy:.2%} over "
                f"{self.marked:,} pictures, {self.lowest:.2%} in "
                f"{self.lowest_name}, so nothing was finished. Train the codec "
                "for longer, or call again with --resume and a lower "
                "--min-bit-accuracy."
            )

    def to_dict(self) -> dict[str, Any]:
        """What a manifest says."""
        return {
            "pictures": self.pictures,
            "marked": self.marked,
            "broken": self.broken,
            "bit_accuracy": self.matches / self.bits,
            "lowest_bit_accuracy": self.lowest,
            "lowest_bit_accuracy_in": self.lowest_name,
            "psnr": self.changed and round(self.decibels / self.changed, 2),
        }


def count(tally: Tally, run, marking: markings.Marking, lot, images) -> list:
    """Decodes a lot, counts its bits, and says each picture's accuracy.

    `images`: `(files, height, width, channels)`, read from its files. Returns
    for each file, its share of bits read right, or None if unmarked.
    """
    tally.pictures += len(lot["files"])
    tally.broken += lot["broken"]
    marked = [p for p, file in enumerate(lot["files"]) if file["marked"]]
    shares: list[float | None] = [None] * len(lot["files"])
    if marked:
        read = run.decode(images[marked]) > 0
        for place, bits in zip(marked, read, strict=True):
            file = lot["files"][place]
            matches = int((bits == marking.bits(file["name"])).sum())
            tally.add(file, matches, marking.num_bits)
            shares[place] = matches / marking.num_bits
    return shares


def check_all(
    journal: journals.Journal,
    run,
    marking: markings.Marking,
    files: picture_files.Files,
    *,
    num_pictures: int,
    tell: Callable[[int], object],
) -> Tally:
    """Reads and decodes everything that was written.

    `journal`: of the set. A line on each file is kept beside it for `write`.
    `num_pictures`: that the source has, broken ones counted; `tell`: told how
    many pictures were gone through, again and again.
    """
    tally = Tally()
    with (journal.folder / _LINES).open("w", encoding="ascii") as lines:
        for lot in journal.lots():
            _check_whole(lot, files, journal)
            images = [picture_files.from_png(each) for each in files.read(lot)]
            shares = count(
                tally, run, marking, lot, np.stack(images) if images else None
            )
            for file, share in zip(lot["files"], shares, strict=True):
                lines.write(json.dumps(_said(file, share, marking)) + "\n")
            tell(len(lot["files"]) + len(lot["broken"]))
    found = tally.pictures + len(tally.broken)
    if found != num_pictures:
        raise errors.RunError(
            f"{journal.folder.parent}: all {num_pictures:,} pictures must have "
            f"been written. {found:,} were. Call again with --resume."
        )
    return tally


def write(
    journal: journals.Journal, path: pathlib.Path, head: Mapping[str, Any]
) -> None:
    """Writes a manifest: what is said of the whole, then of each file."""
    draft = path.with_suffix(".draft")
    with (
        (journal.folder / _LINES).open(encoding="ascii") as lines,
        draft.open("w", encoding="utf-8") as file,
    ):
        text = json.dumps(head, indent=1)
        file.write(text.removesuffix("\n}") + ",\n" + FILES_LINE)
        for number, line in enumerate(lines):
            file.write((",\n" if number else "") + "  " + line.rstrip("\n"))
        file.write("\n ]\n}\n")
    draft.replace(path)


def _check_whole(lot, files, journal):
    if not is_right(lot, files):
        raise errors.RunError(
            f"{journal.folder}: files must be as they were written. Something "
            f"changed in lot {lot['lot']}, from {_first(lot)} on. Call again "
            "with --resume, which writes it again."
        )


def _first(lot):
    return lot["files"][0]["file"] if lot["files"] else "its beginning"


def _said(file, share, marking):
    """What the manifest says of one file."""
    said = {**file, "bit_accuracy": share}
    if file["marked"] and marking.fingerprint is None:
        said["fingerprint"] = fingerprints.to_hex(marking.bits(file["name"]))
    return said
