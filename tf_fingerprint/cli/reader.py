"""Verdicts on files and folders, as rows."""

import pathlib
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np

from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import evidence
from tf_fingerprint import registry
from tf_fingerprint.attribution import files as attributed_files
from tf_fingerprint.attribution import reading
from tf_fingerprint.cli import progress
from tf_fingerprint.cli import second_opinions


class Reader:
    """Attributes picture files; tells on stderr which it can't read.

    `judge`: whose verdict on all together is wanted, for `combine`; `keep`:
    takes each finding, and the one on all together; None to keep nothing.
    `combine`: whether to add a verdict on all pictures together; the reader
    must look at one place of each. `passive`: who is asked besides, and knows
    of no fingerprints.
    """

    def __init__(
        self,
        reader: attributed_files.FileReader,
        judge: attribution.Judge,
        *,
        keep: evidence.Evidence | None = None,
        combine: bool = False,
        passive: second_opinions.SecondOpinion | None = None,
        vouch: Callable[[registry.IssuanceRecord], object] | None = None,
    ):
        self.reader = reader
        self.judge = judge
        self.keep = keep
        self.combine = combine
        self.passive = passive
        self.vouch = vouch or (lambda record: record)
        self.num_unreadable = 0

    def rows(self, paths: Sequence[pathlib.Path]) -> Iterator[dict[str, Any]]:
        """One verdict a finding, in order.

        Returns an iterator over dicts: `image`, then what the verdict says.
        """
        findings = []
        for found in self.reader.read(progress.of_files(paths)):
            if isinstance(found, errors.DataError):
                self._tell(found)
                continue
            if self.combine:
                findings.append(found)
            yield self._row(found)
        if findings:
            yield self._together(findings)

    def _row(self, found):
        # Before anybody is named, the registry's log vouches for it.
        for record in reading.named(found.verdict):
            self.vouch(record)
        row = row_of(found.name, found.verdict, found.look)
        opinion = None
        if self.passive is not None:
            opinion = self.passive.on(found.square, found.verdict)
            row |= second_opinions.row_of(opinion)
        if self.keep is not None:
            self.keep.add(
                pathlib.Path(found.name),
                found.content,
                found.logits,
                found.verdict,
                looked=found.look.to_dict(),
                passive=opinion,
            )
        return row

    def _together(self, findings):
        verdict = self.judge.combine(
            np.stack([found.logits for found in findings])
        )
        if self.keep is not None:
            self.keep.add_together(verdict)
        row = row_of(f"({len(findings)} together)", verdict, None)
        if self.passive is not None:
            row |= second_opinions.row_of(None)
        return row

    def _tell(self, error):
        self.num_unreadable += 1
        print(f"tf-fingerprint: {error}", file=sys.stderr)


def row_of(
    image: str,
    verdict: attribution.Verdict,
    look: attributed_files.Look | None,
) -> dict[str, Any]:
    """A verdict as one row; what is nested has names joined by `_`.

    `look`: what was looked at; None for several pictures together. Returns dict
    of text, numbers and None, with the same keys for all verdicts.
    """
    row = {"image": image, **verdict.to_dict()}
    measured, soft = (row.pop(name) or {} for name in ("measured", "soft"))
    accused = row.pop("accused")
    for name in ("hits", "trials", "rate", "low", "high"):
        row[f"measured_{name}"] = measured.get(name)
    for name in ("log10_p_corrected", "missed", "total", "recipient"):
        row[f"soft_{name}"] = soft.get(name)
    for name in ("recipient", "p_value"):
        parts = ", ".join(str(each[name]) for each in accused)
        row[f"accused_{name}s"] = parts or None
    known = {} if look is None else look.to_dict()
    for name in ("width", "height", "frame", "num_frames", "mirrored"):
        row[name] = known.get(name)
    for name in ("scale", "search", "note"):
        row[name] = known.get(name)
    row["box"] = ",".join(map(str, known["box"])) if known else None
    return row
