"""A report as one HTML page that needs nothing beside it."""

import math
from collections.abc import Sequence
from typing import Any

import markupsafe

from tf_fingerprint import fingerprints
from tf_fingerprint.evidence import charts
from tf_fingerprint.evidence import looking
from tf_fingerprint.pages import template

_KINDS = {
    b"\x89PNG\r\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}

# Images of one source that their page has room for; the others lie beside it.
MAX_SHOWN = 24

_HEADINGS = {
    "attributed": "Made by the copy of {recipient}",
    "not_issued": "Carries a fingerprint that nobody holds",
    "revoked": "Carries a fingerprint that was revoked",
    "ambiguous": "More than one copy could have made it",
    "no_evidence": "No evidence of any copy",
}


def page(report: dict[str, Any], contents: Sequence[bytes]) -> str:
    """The page of a report; the same for the same report and images.

    Args:
        report: What `reports.report` or `reports.together` gave.
        contents: The images' files; the first of many are shown.

    Returns:
        HTML, with the images in it whose kind browsers show.
    """
    members = report.get("images")
    images = (members or [report["image"]])[:MAX_SHOWN]
    what, here = "photographs", "this image lies"
    if members:
        what = f"groups of {len(members)} photographs"
        here = "these images together lie"
    counts, verdict = report["photograph_matches"], report["verdict"]
    return template.render(
        "evidence.html",
        heading=_heading(report),
        verdict=verdict,
        images=[
            _image(each["name"], content, report.get("looked"))
            for each, content in zip(images, contents, strict=False)
        ],
        facts=_facts(report),
        odds=_odds(report),
        bits=_bits(report),
        is_named=bool(report["issuance"]),
        matches=counts and charts.matches(counts, verdict["num_matches"]),
        these=(what, here),
        members=members
        and [(f"{m['report']}: {m['name']}", m["sha256"]) for m in members],
        calibration=_calibration(report),
        formulas=report["formulas"].items(),
        provenance=_provenance(report),
        made_at=report["made_at"],
    )


def seldom(log10_p: float) -> str:
    """A probability as "1 in so many".

    `log10_p`: its decimal logarithm, at most 0.

    Example:

    >>> seldom(-1.0)
    '1 in 10'
    >>> seldom(-25.3)
    '1 in 2.0e+25'
    """
    if log10_p > -0.1:
        return "nearly every one"
    if log10_p > -6:
        return f"1 in {10**-log10_p:,.0f}"
    exponent = math.floor(-log10_p)
    return f"1 in {10 ** (-log10_p - exponent):.1f}e+{exponent}"


def _heading(report):
    """The verdict in a few words."""
    verdict = report["verdict"]
    finding = verdict["finding"]
    if finding == "not_issued" and report["issuance"]:
        finding = "revoked"
    return _HEADINGS[finding].format(recipient=verdict["recipient"])


def _facts(report):
    """What is said of the image, in one table."""
    verdict = report["verdict"]
    if "images" in report:
        yield "Images", f"{len(report['images']):,}, taken for one source's"
    else:
        image = report["image"]
        yield "Image", f"{image['name']}, {image['bytes']:,} bytes"
        yield "SHA-256", image["sha256"]
        if "looked" in report:
            yield "Looked at", looking.words(report["looked"])
        if report.get("looked", {}).get("note"):
            yield "Note", report["looked"]["note"]
    yield "Recipient", verdict["recipient"] or "nobody"
    yield from _issuance(report)
    yield (
        "Matching bits",
        f"{verdict['num_matches']} of {verdict['num_bits']}; "
        f"{verdict['threshold']} are needed",
    )
    runner_up = verdict["runner_up_matches"]
    if runner_up is not None:
        yield "Runner-up", f"{runner_up} matching bits"
    accused = [each["recipient"] for each in verdict["accused"]]
    if accused:
        yield "Had a part", ", ".join(accused)
    if "passive" in report:
        yield "Second opinion", report["passive"]["sentence"]


def _issuance(report):
    """What was handed out, if the image carries it."""
    issuance, verdict = report["issuance"], report["verdict"]
    if not issuance:
        return
    yield "Issuance", f"{issuance['id']}, {issuance['state']}"
    yield "Issued at", issuance["issued_at"]
    if verdict["expired"] is not None:
        yield "Holds until", issuance["expires_at"]
        when = "after that" if verdict["expired"] else "before that"
        yield "Found", f"{verdict['found_at']}, {when}"


def _odds(report):
    """How often chance would say so, each by its own way of counting."""
    verdict = report["verdict"]
    bits, rate = verdict["num_bits"], verdict["false_positive_rate"]
    candidates = verdict["num_candidates"]
    looks = verdict.get("num_places", 1)
    where = f", at any of {looks:,} places" if looks > 1 else ""
    yield (
        f"A random fingerprint of {bits} bits matches as well",
        f"{seldom(math.log10(rate))} (p = {rate:.3g})",
    )
    p_value = verdict["p_value"]
    yield (
        f"Any of {candidates:,} random fingerprints does{where}",
        f"{seldom(math.log10(p_value))} (p = {p_value:.3g})",
    )
    measured = verdict["measured"]
    if measured:
        yield (
            "Photographs that match this very fingerprint as well",
            f"{measured['hits']:,} of {measured['trials']:,} "
            f"(95 % interval {measured['low']:.2g} to "
            f"{measured['high']:.2g})",
        )
    soft = verdict["soft"]
    if soft:
        yield (
            "By weighted bits, any random fingerprint does as well",
            f"{seldom(soft['log10_p_corrected'])} "
            f"(log10 p = {soft['log10_p_corrected']:.1f})",
        )
    for accused in verdict["accused"]:
        yield (
            f"Any random fingerprint scores as high as {accused['recipient']}",
            f"{seldom(math.log10(accused['p_value']))} "
            f"(p = {accused['p_value']:.3g})",
        )
    if verdict["presence"] is not None:
        yield (
            "Unlikeness to photographs",
            f"{verdict['presence']:.0f}; above "
            f"{verdict['presence_threshold']:.0f} it carries some fingerprint",
        )


def _calibration(report):
    calibration = report["calibration"]
    if not calibration:
        yield "Calibration", "none: no rate was measured on photographs"
        return
    tested = calibration["presence"]["tested"]
    yield "Photographs", f"{calibration['photographs']:,}"
    sources = calibration["sources"].items()
    yield "Sources", ", ".join(f"{name}: {size:,}" for name, size in sources)
    yield "Decoded at", calibration["made_at"]
    yield "SHA-256 of the record", calibration["digest"]
    yield "SHA-256 of the pixels", calibration["data_digest"]
    yield (
        "Independent bits that they are worth",
        f"{calibration['effective_bits']:.1f} of {calibration['num_bits']}",
    )
    for name, rate in tested.items():
        yield (
            f"Above the threshold of unlikeness, {name}",
            f"{rate['hits']:,} of {rate['trials']:,} that it was not fitted on",
        )


def _provenance(report):
    registry, decoded = report["registry"], report["decoded"]
    yield "Generator", decoded["generator_digest"]
    yield "Decoder", decoded["decoder_digest"]
    yield "Issuances compared with", f"{registry['num_candidates']:,}"
    yield "Their digest", registry["candidates_digest"]
    head = registry["head"]
    yield (
        "Head of the registry's log",
        f"{head['digest']}, entry {head['position']:,}",
    )
    yield from report["versions"].items()


def _bits(report):
    """The logits, or the images' votes, as bars, coloured by agreement."""
    fingerprint = (report["issuance"] or {}).get("fingerprint")
    decoded = report["decoded"]
    if "images" not in report:
        return charts.logits(decoded["logits"], fingerprint)
    count, num_bits = len(report["images"]), report["verdict"]["num_bits"]
    bits = fingerprints.from_hex(decoded["bits"], num_bits).tolist()
    # A tie was decided by the logits: a bar too short to count as an image.
    surplus = [
        2 * votes - count or (0.25 if bit else -0.25)
        for votes, bit in zip(decoded["votes"], bits, strict=True)
    ]
    return charts.logits(surplus, fingerprint)


def _image(name, content, looked):
    for beginning, kind in _KINDS.items():
        if content.startswith(beginning):
            image = template.image(content, name, kind)
            return looking.boxed(image, looked) if looked else image
    return markupsafe.Markup(
        "<p>Browsers don't show files of this kind; it lies beside.</p>"
    )
