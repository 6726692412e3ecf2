"""Folders of reports: written as a whole, and their files' digests."""

import datetime
import hashlib
import json
import os
import pathlib
import secrets
import shutil
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import Self

import numpy as np
import numpy.typing as npt

from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.evidence import pages
from tf_fingerprint.evidence import reports
from tf_fingerprint.evidence.snapshots import Snapshot

MANIFEST, CALIBRATION = "manifest.json", "calibration.json"
REPORT, PAGE, IMAGE = "report.json", "report.html", "image"
TOGETHER = "together"
# Where OpenSSF's model-signing leaves what it signs with, as in bundles.
SIGNATURE = "model.sig"


class Evidence:
    """Collects reports on images; the folder appears when all are written.

    A context manager: if its block fails, nothing is left.

    Args:
        folder: Where to; new or empty.
        judge: Who gives the verdicts.
        head: Newest entry of the registry's audit log; see `snapshots.read`.
        sign: Signs a folder, such as `export.bundles.signing.Signer.sign`.

    Raises:
        errors.EvidenceError: If the folder holds something.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        judge: attribution.Judge,
        head: registry.Head,
        *,
        sign: Callable[[pathlib.Path], object] | None = None,
    ):
        self._folder = pathlib.Path(folder).absolute()
        self._check_new()
        self._snapshot = Snapshot.of(judge.candidates, head)
        self._calibration = judge.calibration
        self._sign = sign
        # A signature names the folder it is over: the draft's must be right.
        self._outside = self._folder.with_name(
            f".{self._folder.name}.{secrets.token_hex(4)}"
        )
        self._draft = self._outside / self._folder.name
        self._images: list[dict[str, Any]] = []
        self._logits: list[npt.NDArray] = []

    def __enter__(self) -> Self:
        try:
            # Recipients, pictures and what was read in them: not for all.
            self._draft.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise self._unwritable(error) from error
        if self._calibration is not None:
            self._calibration.save(self._draft / CALIBRATION)
        return self

    def __exit__(self, kind: type | None, *unused: object) -> None:
        try:
            if kind is None:
                _write_json(self._draft / MANIFEST, digests(self._draft))
                if self._sign is not None:
                    self._sign(self._draft)
                os.rename(self._draft, self._folder)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            shutil.rmtree(self._outside, ignore_errors=True)

    def add(
        self,
        path: pathlib.Path,
        content: bytes,
        logits: npt.NDArray,
        verdict: attribution.Verdict,
        *,
        looked: Mapping[str, Any] | None = None,
        passive: Mapping[str, Any] | None = None,
    ) -> pathlib.Path:
        """Writes the report on one image, or one place of it.

        Args:
            path: The image's file.
            content: Its contents.
            logits: `(num_bits,)`, what the decoder read in it.
            verdict: What the judge made of it.
            looked: Where in the file; see `attribution.files.Look`. None for
                an array that somebody else cut out.
            passive: A second opinion that knows of no fingerprints, with its
                `sentence`.

        Returns:
            Folder of the report, once the block has ended.

        Raises:
            errors.EvidenceError: If it can't be written.
        """
        name = f"{len(self._images) + 1:04}"
        report = reports.report(
            path.name,
            content,
            logits,
            verdict,
            self._snapshot,
            self._calibration,
            made_at=datetime.datetime.now(datetime.UTC),
            looked=looked,
            passive=passive,
        )
        self._images.append({"report": name, **report["image"]})
        self._logits.append(logits)
        return self._write(name, report, [content], keep=content)

    def add_together(self, verdict: attribution.Verdict) -> pathlib.Path:
        """Writes the report on all images that were added, as of one source.

        Args:
            verdict: What `Judge.combine` made of them, in their order.

        Returns:
            Folder of the report, once the block has ended.

        Raises:
            ValueError: If the verdict is on another number of images.
            errors.EvidenceError: If it can't be written.
        """
        if verdict.num_images != len(self._images):
            raise ValueError(
                f"`verdict` must be on the {len(self._images)} images that "
                f"were added. Received one on {verdict.num_images}."
            )
        report = reports.together(
            self._images,
            np.stack(self._logits),
            verdict,
            self._snapshot,
            self._calibration,
            made_at=datetime.datetime.now(datetime.UTC),
        )
        contents = contents_of(self._draft, report)
        return self._write(TOGETHER, report, contents)

    def _write(self, name, report, contents, *, keep=None):
        """A folder with a report, its page, and the image if there is one."""
        place = self._draft / name
        try:
            place.mkdir()
            if keep is not None:
                (place / IMAGE).write_bytes(keep)
            _write_json(place / REPORT, report)
            (place / PAGE).write_text(pages.page(report, contents), "utf-8")
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


def contents_of(folder: pathlib.Path, report: Mapping[str, Any]) -> list[bytes]:
    """The files of those images that the page of a report shows."""
    shown = report["images"][: pages.MAX_SHOWN]
    return [(folder / each["report"] / IMAGE).read_bytes() for each in shown]


def digests(folder: pathlib.Path) -> dict[str, str]:
    """SHA-256 of each file in a folder of evidence but manifest and signature.

    Returns digests by path within it, sorted.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in paths
        if path not in (folder / MANIFEST, folder / SIGNATURE)
    }


def _write_json(path: pathlib.Path, content: Any) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
