"""What must agree in a report: with itself, its files, and the registry."""

import datetime
import hashlib
import json
import math
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_fingerprint import attribution
from tf_fingerprint import calibration as calibrations
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.evidence import folders
from tf_fingerprint.evidence import looking
from tf_fingerprint.evidence import pages
from tf_fingerprint.evidence import reports
from tf_fingerprint.evidence import snapshots

# Libraries and processors may differ in the last digits of a float.
_TOLERANCE = 1e-6

Report = Mapping[str, Any]


def check_image(path: pathlib.Path, name: str, report: Report) -> npt.NDArray:
    """What a report on one image says of the file that lies beside it.

    Returns `(1, num_bits)`, the logits.
    """
    image = (path.parent / folders.IMAGE).read_bytes()
    facts = report["image"]
    digest = hashlib.sha256(image).hexdigest()
    _agree(name, "image.sha256", digest, facts["sha256"])
    _agree(name, "image.bytes", len(image), facts["bytes"])
    logits = np.array(report["decoded"]["logits"], np.float32)
    bits = fingerprints.to_hex(logits > 0)
    _agree(name, "decoded.bits", bits, report["decoded"]["bits"])
    if "looked" in report:
        for key, expected, received in looking.recomputed(name, report, image):
            _agree(name, f"looked.{key}", expected, received)
    _check_page(path, report, [image])
    return logits[None]


def check_images(
    path: pathlib.Path,
    name: str,
    report: Report,
    members: Mapping[str, tuple[Report, npt.NDArray]],
) -> npt.NDArray:
    """What a report on several images says of the reports on each.

    `members`: all reports on one image and their logits, by folder, in order.
    Returns `(images, num_bits)`, the logits.
    """
    images = [
        {"report": folder, **member["image"]}
        for folder, (member, _) in members.items()
    ]
    _agree(name, "images", images, report["images"])
    logits = np.concatenate([read for _, read in members.values()])
    for key, value in reports.votes(logits).items():
        _agree(name, f"decoded.{key}", value, report["decoded"][key])
    contents = folders.contents_of(path.parent.parent, report)
    _check_page(path, report, contents)
    return logits


def check_figures(
    name: str, report: Report, calibration: calibrations.Calibration | None
) -> None:
    """What follows from the calibration that lies beside the reports."""
    if report["form"] == reports.FORM_1:
        formulas = reports.FORMULAS_1
    else:
        _agree(name, "form", reports.FORM, report["form"])
        formulas = reports.FORMULAS
    _agree(name, "formulas", formulas, report["formulas"])
    summary = calibration and calibration.summary()
    _agree(name, "calibration", summary, report["calibration"])
    verdict = report["verdict"]
    _check_odds(name, verdict)
    counts = reports.photograph_matches(
        report["issuance"], calibration, verdict["num_images"]
    )
    _agree(name, "photograph_matches", counts, report["photograph_matches"])


def check_verdict(
    name: str,
    report: Report,
    logits: npt.NDArray,
    calibration: calibrations.Calibration | None,
    candidates: attribution.Candidates,
    store: registry.Store,
) -> None:
    """The verdict, from the registry's fingerprints and the logits.

    `logits`: `(images, num_bits)`, of all images that it is on.
    """
    verdict = report["verdict"]
    judge = attribution.Judge(
        candidates,
        calibration,
        max_false_positive_rate=verdict["max_false_positive_rate"],
        decide=verdict["decided_by"],
        found_at=datetime.datetime.fromisoformat(verdict["found_at"]),
    )
    position = report["registry"]["head"]["position"]
    num_places = verdict.get("num_places", 1)
    found = _judged_then(judge, logits, num_places, position, store)
    expected = found.to_dict()
    if report["form"] == reports.FORM_1:
        del expected["num_places"]
    _agree(name, "verdict", expected, verdict)
    record = found.carried
    _agree(name, "issuance", record and record.to_dict(), report["issuance"])
    for key, digest in (
        ("generator_digest", candidates.generator.digest),
        ("decoder_digest", candidates.generator.decoder_digest),
    ):
        _agree(name, f"decoded.{key}", digest, report["decoded"][key])


def disagreement(
    name: str, expected: str, received: str
) -> errors.EvidenceError:
    """The error that names what does not stand.

    `expected`: what must be in it.
    """
    return errors.EvidenceError(
        f"{name}: must hold {expected}. It holds {received}. The evidence "
        "does not stand."
    )


def _check_page(path, report, contents):
    shown = (path.parent / folders.PAGE).read_text("utf-8")
    if shown != pages.page(report, contents):
        raise disagreement(
            f"{path.parent.name}/{folders.PAGE}",
            "the page of its report",
            "another page",
        )


def _check_odds(name, verdict):
    """The formulas that need neither registry nor calibration."""
    rate = fingerprints.false_positive_rate(
        verdict["num_matches"], verdict["num_bits"]
    )
    count = max(1, verdict["num_candidates"]) * verdict.get("num_places", 1)
    expected = {
        "false_positive_rate": rate,
        "p_value": fingerprints.corrected_p_value(rate, count),
        "threshold": fingerprints.match_threshold(
            verdict["num_bits"], verdict["max_false_positive_rate"], count
        ),
    }
    for key, value in expected.items():
        _agree(name, f"verdict.{key}", value, verdict[key])


def _judged_then(judge, logits, num_places, position, store):
    """The verdict, with the states that issuances had when it was given."""
    found = judge.combine(logits, num_places=num_places)
    suspects = {found.candidate, found.soft and found.soft.candidate} - {None}
    suspects |= {each.record for each in found.accused}
    then = {
        record: snapshots.record_at(store, record, position)
        for record in suspects
    }
    if all(now == before for now, before in then.items()):
        return found
    candidates = judge.candidates
    judge = attribution.Judge(
        attribution.Candidates(
            candidates.generator,
            [then.get(record, record) for record in candidates.records],
        ),
        judge.calibration,
        max_false_positive_rate=judge.max_false_positive_rate,
        decide=judge.decide,
        found_at=judge.found_at,
    )
    return judge.combine(logits, num_places=num_places)


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
    if _are_alike(expected, received):
        for number, pair in enumerate(zip(expected, received, strict=True)):
            _agree(name, f"{key}.{number}", *pair)
        return
    is_close = expected == received
    if isinstance(expected, float) and isinstance(received, float):
        is_close = math.isclose(
            expected, received, rel_tol=_TOLERANCE, abs_tol=1e-300
        )
    if not is_close and key.endswith("fingerprint"):
        # Messages are kept and sent about.
        raise disagreement(name, f"`{key}` of the registry", "another one")
    if not is_close:
        raise disagreement(
            name, f"`{key}` {_short(expected)}", _short(received)
        )


def _are_alike(expected, received):
    """Whether both are lists of as many dicts."""
    return (
        isinstance(expected, list)
        and isinstance(received, list)
        and len(expected) == len(received)
        and all(isinstance(each, dict) for each in [*expected, *received])
    )


def _short(value):
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."
