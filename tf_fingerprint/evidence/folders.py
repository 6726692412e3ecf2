"""Folders of reports: written as a whole, and their files' digests."""

import datetime
import hashlib
import json
import os
import pathlib
import secrets
import shutil
from typing import Any
from typing import Self

import numpy.typing as npt

from tf_fingerprint import calibration
from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.evidence import pages
from tf_fingerprint.evidence import reports
from tf_fingerprint.evidence.snapshots import Snapshot

MANIFEST, CALIBRATION = "manifest.json", "calibration.json"
REPORT, PAGE, IMAGE = "report.json", "report.html", "image"


class Evidence:
    """Collects reports on images; the folder appears when all are written.

    A context manager: if its block fails, nothing is left.

    Args:
        folder: Where to; new or empty.
        judge: Who gives the verdicts.
        head: Newest entry of the registry's audit log; see `snapshots.read`.

    Raises:
        errors.EvidenceError: If the folder holds something.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        judge: calibration.Judge,
        head: registry.Head,
    ):
        self._folder = pathlib.Path(folder).absolute()
        self._check_new()
        self._snapshot = Snapshot.of(judge.candidates, head)
        self._calibration = judge.calibration
        self._draft = self._folder.with_name(
            f".{self._folder.name}.{secrets.token_hex(4)}"
        )
        self._num_reports = 0

    def __enter__(self) -> Self:
        try:
            self._draft.mkdir(parents=True)
        except OSError as error:
            raise self._unwritable(error) from error
        if self._calibration is not None:
            self._calibration.save(self._draft / CALIBRATION)
        return self

    def __exit__(self, kind: type | None, *unused: object) -> None:
        try:
            if kind is None:
                _write_json(self._draft / MANIFEST, digests(self._draft))
                os.rename(self._draft, self._folder)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            shutil.rmtree(self._draft, ignore_errors=True)

    def add(
        self,
        path: pathlib.Path,
        content: bytes,
        logits: npt.NDArray,
        verdict: calibration.Verdict,
    ) -> pathlib.Path:
        """Writes the report on one image.

        Args:
            path: The image's file.
            content: Its contents.
            logits: `(num_bits,)`, what the decoder read in it.
            verdict: What the judge made of it.

        Returns:
            Folder of the report, once the block has ended.

        Raises:
            errors.EvidenceError: If it can't be written.
        """
        self._num_reports += 1
        name = f"{self._num_reports:04}"
        report = reports.report(
            path.name,
            content,
            logits,
            verdict,
            self._snapshot,
            self._calibration,
            made_at=datetime.datetime.now(datetime.UTC),
        )
        place = self._draft / name
        try:
            place.mkdir()
            (place / IMAGE).write_bytes(content)
            _write_json(place / REPORT, report)
            (place / PAGE).write_text(pages.page(report, content), "utf-8")
        except OSError as error:
            raise self._unwritable(error) from error
        return self._folder / name

    def _check_new(self):
        try:
            is_free = not self._folder.exists() or not any(
                self._folder.iterdir()
            )
        except OSError:  # A file, or a folder that is closed to us.
            is_free = False
        if not is_free:
            raise errors.EvidenceError(
                f"{self._folder}: evidence must go into a new or empty folder. "
                "There is something already. Choose another."
            )

    def _unwritable(self, error):
        return errors.EvidenceError(
            f"{self._folder}: the evidence can't be written. {error}. Nothing "
            "was left there."
        )


def digests(folder: pathlib.Path) -> dict[str, str]:
    """SHA-256 of each file in a folder of evidence but the manifest.

    Args:
        folder: The folder.

    Returns:
        Digests by path within it, sorted.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in paths
        if path != folder / MANIFEST
    }


def _write_json(path: pathlib.Path, content: Any) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
