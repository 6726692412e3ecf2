"""What reports on images say, as JSON can hold it."""

import datetime
import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from tf_fingerprint import attribution
from tf_fingerprint import calibration
from tf_fingerprint import fingerprints
from tf_fingerprint.evidence.snapshots import Snapshot
from tf_fingerprint.version import __version__

FORM = "tf-fingerprint evidence 2"

# Each can be recomputed from what stands in the report and its calibration.
FORMULAS = {
    "bits": "bit j is 1 if logit j > 0",
    "votes": "how many of several images show a 1; their bit j is 1 if most "
    "do, or as many as don't and the sum of their logits is above 0",
    "num_matches": "bits in which the decoded ones equal the fingerprint",
    "false_positive_rate": "sum of C(num_bits, k) for k from num_matches to "
    "num_bits, over 2**num_bits: the chance that a fingerprint drawn by fair "
    "coins matches as many",
    "p_value": "min(1, num_candidates * num_places * false_positive_rate); "
    "num_places is how many places of the image were looked at, all of which "
    "follow from its pixels before any is decoded",
    "threshold": "fewest matches whose p_value is at most "
    "max_false_positive_rate",
    "margin": "num_matches - runner_up_matches",
    "measured": "hits photographs of trials match the candidate in at least "
    "num_matches bits; low and high are Clopper and Pearson's 95 % interval, "
    "the beta distribution's quantiles at 0.025 (hits, trials - hits + 1) and "
    "0.975 (hits + 1, trials - hits). For several images, trials are groups of "
    "as many photographs, neighbours, whose bits are found by votes",
    "soft": "log-likelihood ratio j is scale j * logit j + offset j, cut at "
    "the limit, and those of several images are added; weights are their "
    "absolute values, scaled to sum to 4096 and rounded; log10_p is the share "
    "of all 2**num_bits bit strings whose disagreeing bits weigh at most as "
    "much as the candidate's",
    "expired": "whether found_at is at or after the issuance's expires_at",
    "accused": "weight j is 31 * min(1, |logit j| / the 0.95 quantile of all "
    "|logits|), rounded, of the mean over the images; score is the weight of "
    "the bits in which the fingerprint matches; false_positive_rate is the "
    "chance that a sum of the weights, each kept by a fair coin, is as high; "
    "p_value as above",
    "presence": "squared Mahalanobis distance of the bits, as -1 and 1, from "
    "those of the calibration's photographs; of several images, the least",
    "looked": "box is left, top, right and bottom in pixels of the upright "
    "image; it was scaled by scale to what the decoder takes",
    "candidates_digest": "SHA-256 over `id fingerprint recipient issued_at` "
    "and a line feed for each issuance, in the order of recording",
}

# What reports of the first form say in their place.
FORM_1 = "tf-fingerprint evidence 1"
FORMULAS_1 = {
    name: formula for name, formula in FORMULAS.items() if name != "looked"
} | {"p_value": "min(1, num_candidates * false_positive_rate)"}


def report(
    name: str,
    content: bytes,
    logits: npt.NDArray,
    verdict: attribution.Verdict,
    snapshot: Snapshot,
    calibrated: calibration.Calibration | None,
    *,
    made_at: datetime.datetime,
    looked: Mapping[str, Any] | None = None,
    passive: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A report on one image.

    The fingerprint of the nearest recipient stands in it only if the image
    carries it: that of anybody else is nobody's business.

    Args:
        name: Of the image's file.
        content: Of the image's file.
        logits: `(num_bits,)`, what the decoder read.
        verdict: What was made of it.
        snapshot: The registry it was compared with.
        calibrated: What the measured rates rest on, or None.
        made_at: When.
        looked: Where in the file.
        passive: A second opinion that knows of no fingerprints; None if
            nobody was asked.

    Returns:
        Dict of text, numbers, lists and dicts.
    """
    image = {
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }
    decoded = {
        "bits": fingerprints.to_hex(logits > 0),
        "logits": [float(logit) for logit in logits],
    }
    about = {"image": image, "decoded": decoded}
    if looked is not None:
        about["looked"] = dict(looked)
    if passive is not None:
        about["passive"] = dict(passive)
    return _report(about, verdict, snapshot, calibrated, made_at)


def together(
    images: Sequence[Mapping[str, Any]],
    logits: npt.NDArray,
    verdict: attribution.Verdict,
    snapshot: Snapshot,
    calibrated: calibration.Calibration | None,
    *,
    made_at: datetime.datetime,
) -> dict[str, Any]:
    """A report on several images of which one source is suspected.

    What was read in each stands in the reports on the images themselves.

    `images`: of each the folder of its `report`, and what that says of the
    `image`; `logits`: `(images, num_bits)`, what the decoder read;
    `calibrated`: what the measured rates rest on, or None.
    """
    about = {"images": list(images), "decoded": votes(logits)}
    return _report(about, verdict, snapshot, calibrated, made_at)


def votes(logits: npt.NDArray) -> dict[str, Any]:
    """How many of `(images, num_bits)` show a 1, and the bits of most."""
    return {
        "bits": fingerprints.to_hex(calibration.majority(logits[None])[0]),
        "votes": (logits > 0).sum(axis=0).tolist(),
    }


def _report(about, verdict, snapshot, calibrated, made_at):
    """What all reports have, around what they are about."""
    generator = snapshot.generator
    issuance = verdict.carried and verdict.carried.to_dict()
    digests = {
        "generator_digest": generator.digest,
        "decoder_digest": generator.decoder_digest,
    }
    return {
        "form": FORM,
        "made_at": made_at.isoformat(),
        **about,
        "decoded": about["decoded"] | digests,
        "verdict": verdict.to_dict(),
        "issuance": issuance,
        "photograph_matches": photograph_matches(
            issuance, calibrated, verdict.num_images
        ),
        "calibration": calibrated and calibrated.summary(),
        "registry": snapshot.to_dict(),
        "formulas": FORMULAS,
        "versions": versions(),
    }


def photograph_matches(
    issuance: Mapping[str, Any] | None,
    calibrated: calibration.Calibration | None,
    num_images: int = 1,
) -> list[int] | None:
    """How many photographs match the named fingerprint in how many bits.

    `issuance`: the issuance as the report has it, or None; `calibrated`: the
    calibration, or None. Returns counts by matching bits, from 0 on; None if
    either is missing, or there are too few photographs for one group.
    """
    if issuance is None or calibrated is None:
        return None
    bits = fingerprints.from_hex(issuance["fingerprint"], issuance["num_bits"])
    counts = calibrated.groups(num_images).match_histogram(bits)
    return None if counts is None else counts.tolist()


def versions() -> dict[str, str]:
    """What the statistics were computed with."""
    found = {"tf-fingerprint": __version__, "python": platform.python_version()}
    for name in ("numpy", "scipy", "sqlalchemy"):
        found[name] = importlib.metadata.version(name)
    return found
