"""Recomputes reports from the registry alone, without any network."""

import contextlib
import hashlib
import json
import math
import os
import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from tf_fingerprint import calibration as calibrations
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.evidence import folders
from tf_fingerprint.evidence import pages
from tf_fingerprint.evidence import reports
from tf_fingerprint.evidence import snapshots

# Libraries and processors may differ in the last digits of a float.
_TOLERANCE = 1e-6


def verify(
    folder: str | os.PathLike[str], url: str | os.PathLike[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Recomputes everything in a folder of evidence.

    What it cannot check is that the decoder reads these logits in the image:
    for that, decode the image again with the run's decoder.

    Args:
        folder: What `attribute --evidence` wrote.
        url: The registry. Without one, only what the folder holds is checked
            against itself.

    Returns:
        An iterator over the reports' names and what was found in each.

    Raises:
        errors.EvidenceError: At the first disagreement, which it names.
        errors.RegistryError: If the registry can't be opened.
        errors.CalibrationError: If the calibration can't be read.
    """
    folder = pathlib.Path(folder)
    _check_files(folder)
    calibration = None
    if (folder / folders.CALIBRATION).exists():
        calibration = calibrations.load(folder / folders.CALIBRATION)
    with contextlib.ExitStack() as stack:
        known = None
        if url is not None:
            store = stack.enter_context(registry.open_store(url))
            known = _Known(store)
        for path in sorted(folder.glob(f"*/{folders.REPORT}")):
            name = path.relative_to(folder).as_posix()
            report = _read(path, name)
            try:
                _check_report(path, name, report, calibration)
                if known is not None:
                    _check_verdict(name, report, calibration, known)
            except (LookupError, TypeError, ValueError) as error:
                raise _disagreement(
                    name,
                    "a complete report",
                    f"{type(error).__name__}: {error}",
                ) from error
            yield path.parent.name, report["verdict"]["finding"]


class _Known:
    """A registry, and what it held when reports were written."""

    def __init__(self, store: registry.Store):
        self.store = store
        self._candidates: dict[str, registry.Candidates] = {}

    def candidates(self, name, expected):
        """Those that a report was based on; checked once for many reports."""
        key = json.dumps(expected, sort_keys=True)
        if key not in self._candidates:
            try:
                found = snapshots.restored(self.store, expected)
            except errors.EvidenceError as error:
                raise errors.EvidenceError(f"{name}: {error}") from error
            self._candidates[key] = found
        return self._candidates[key]


def _check_files(folder):
    """Every file must be there, unchanged, and nothing else."""
    expected = _read(folder / folders.MANIFEST, folders.MANIFEST)
    found = folders.digests(folder)
    if not isinstance(expected, dict):
        raise _disagreement(
            folders.MANIFEST, "digests by name", "another thing"
        )
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            raise _disagreement(
                name,
                f"SHA-256 {str(expected.get(name, 'none'))[:12]}, as in "
                f"{folders.MANIFEST}",
                f"{found.get(name, 'no such file')[:12]}",
            )
    if not any(name.endswith(f"/{folders.REPORT}") for name in expected):
        raise _disagreement(folders.MANIFEST, "at least one report", "none")


def _check_report(path, name, report, calibration):
    """What a report says must follow from what lies beside it."""
    image = (path.parent / folders.IMAGE).read_bytes()
    _agree(name, "form", reports.FORM, report["form"])
    _agree(
        name,
        "image.sha256",
        hashlib.sha256(image).hexdigest(),
        report["image"]["sha256"],
    )
    _agree(name, "image.bytes", len(image), report["image"]["bytes"])
    logits = np.array(report["decoded"]["logits"], np.float32)
    _agree(
        name,
        "decoded.bits",
        fingerprints.to_hex(logits > 0),
        report["decoded"]["bits"],
    )
    _agree(name, "formulas", reports.FORMULAS, report["formulas"])
    _agree(
        name,
        "calibration",
        calibration and calibration.summary(),
        report["calibration"],
    )
    _check_odds(name, report["verdict"])
    _agree(
        name,
        "photograph_matches",
        reports.photograph_matches(report["issuance"], calibration),
        report["photograph_matches"],
    )
    shown = (path.parent / folders.PAGE).read_text("utf-8")
    if shown != pages.page(report, image):
        raise _disagreement(
            f"{path.parent.name}/{folders.PAGE}",
            "the page of its report",
            "another page",
        )


def _check_odds(name, verdict):
    """The formulas that need neither registry nor calibration."""
    rate = fingerprints.false_positive_rate(
        verdict["num_matches"], verdict["num_bits"]
    )
    count = max(1, verdict["num_candidates"])
    expected = {
        "false_positive_rate": rate,
        "p_value": fingerprints.corrected_p_value(rate, count),
        "threshold": fingerprints.match_threshold(
            verdict["num_bits"], verdict["max_false_positive_rate"], count
        ),
    }
    for key, value in expected.items():
        _agree(name, f"verdict.{key}", value, verdict[key])


def _check_verdict(name, report, calibration, known):
    """The verdict, from the registry's fingerprints and the logits."""
    candidates = known.candidates(name, report["registry"])
    verdict = report["verdict"]
    judge = calibrations.Judge(
        candidates,
        calibration,
        max_false_positive_rate=verdict["max_false_positive_rate"],
        decide=verdict["decided_by"],
    )
    found = _judged_then(judge, report, known.store)
    _agree(name, "verdict", found.to_dict(), verdict)
    record = reports.named(found)
    _agree(name, "issuance", record and record.to_dict(), report["issuance"])
    for key, digest in (
        ("generator_digest", candidates.generator.digest),
        ("decoder_digest", candidates.generator.decoder_digest),
    ):
        _agree(name, f"decoded.{key}", digest, report["decoded"][key])


def _judged_then(judge, report, store):
    """The verdict, with the states that issuances had when it was given."""
    logits = np.array([report["decoded"]["logits"]], np.float32)
    position = report["registry"]["head"]["position"]
    [found] = judge.judge(logits)
    suspects = {found.candidate, found.soft and found.soft.candidate} - {None}
    then = {
        record: snapshots.record_at(store, record, position)
        for record in suspects
    }
    if all(now == before for now, before in then.items()):
        return found
    candidates = judge.candidates
    judge = calibrations.Judge(
        registry.Candidates(
            candidates.generator,
            [then.get(record, record) for record in candidates.records],
        ),
        judge.calibration,
        max_false_positive_rate=judge.max_false_positive_rate,
        decide=judge.decide,
    )
    return judge.judge(logits)[0]


def _agree(name: str, key: str, expected: Any, received: Any) -> None:
    """Compares what was recomputed with what is written, part by part."""
    if isinstance(expected, dict) and isinstance(received, dict):
        for part in sorted(expected.keys() | received.keys()):
            _agree(
                name,
                f"{key}.{part}",
                expected.get(part, "nothing"),
                received.get(part, "nothing"),
            )
        return
    is_close = expected == received
    if isinstance(expected, float) and isinstance(received, float):
        is_close = math.isclose(
            expected, received, rel_tol=_TOLERANCE, abs_tol=1e-300
        )
    if not is_close:
        raise _disagreement(
            name, f"`{key}` {_short(expected)}", _short(received)
        )


def _read(path, name):
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise _disagreement(
            name, "a file that can be read", error.strerror
        ) from error
    except ValueError as error:
        raise _disagreement(name, "JSON", str(error)) from error


def _short(value):
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _disagreement(name, expected, received):
    return errors.EvidenceError(
        f"{name}: must hold {expected}. It holds {received}. The evidence "
        "does not stand."
    )
