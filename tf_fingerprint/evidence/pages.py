"""A report as one HTML page that needs nothing beside it."""

import base64
import html
import math
from typing import Any

from tf_fingerprint.evidence import charts

_KINDS = {
    b"\x89PNG\r\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}

_HEADINGS = {
    "attributed": "Made by the copy of {recipient}",
    "not_issued": "Carries a fingerprint that nobody holds",
    "ambiguous": "More than one copy could have made it",
    "no_evidence": "No evidence of any copy",
}


def page(report: dict[str, Any], content: bytes) -> str:
    """The page of a report; the same for the same report and image.

    Args:
        report: What `reports.report` gave.
        content: The image's file.

    Returns:
        HTML, with the image in it if browsers show its kind.
    """
    verdict = report["verdict"]
    heading = _HEADINGS[verdict["finding"]].format(
        recipient=verdict["recipient"]
    )
    return _PAGE.format(
        style=_STYLE,
        heading=html.escape(heading),
        reason=html.escape(verdict["reason"]),
        image=_image(report["image"]["name"], content),
        facts=_table(_facts(report)),
        bits=_bits(report),
        photographs=_photographs(report),
        odds=_table(_odds(report)),
        calibration=_table(_calibration(report)),
        formulas=_table(report["formulas"].items()),
        provenance=_table(_provenance(report)),
        made_at=html.escape(report["made_at"]),
    )


def seldom(log10_p: float) -> str:
    """A probability as "1 in so many".

    Args:
        log10_p: Its decimal logarithm, at most 0.

    Returns:
        Words.

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


def _facts(report):
    """What is said of the image, in one table."""
    verdict, image = report["verdict"], report["image"]
    issuance = report["issuance"] or {}
    yield "Image", f"{image['name']}, {image['bytes']:,} bytes"
    yield "SHA-256", image["sha256"]
    yield "Recipient", verdict["recipient"] or "nobody"
    if issuance:
        yield "Issuance", f"{issuance['id']}, {issuance['state']}"
        yield "Issued at", issuance["issued_at"]
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


def _odds(report):
    """How likely it is to be wrong, each by its own way of counting."""
    verdict = report["verdict"]
    bits, rate = verdict["num_bits"], verdict["false_positive_rate"]
    candidates = verdict["num_candidates"]
    yield (
        f"A random fingerprint of {bits} bits matches as well",
        f"{seldom(math.log10(rate))} (p = {rate:.3g})",
    )
    p_value = verdict["p_value"]
    yield (
        f"Any of {candidates:,} random fingerprints does",
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
    """The logits as bars, coloured by whether they agree."""
    fingerprint = (report["issuance"] or {}).get("fingerprint")
    return charts.logits(report["decoded"]["logits"], fingerprint)


def _photographs(report):
    """How photographs match the named fingerprint, if there is one."""
    counts = report["photograph_matches"]
    if counts is None:
        return ""
    return (
        "<h2>This fingerprint against photographs</h2><p>How many of the "
        "calibration's photographs, none of which any copy made, match the "
        "named fingerprint in how many bits; and where this image lies.</p>"
        + charts.matches(counts, report["verdict"]["num_matches"])
    )


def _image(name, content):
    for beginning, kind in _KINDS.items():
        if content.startswith(beginning):
            encoded = base64.b64encode(content).decode("ascii")
            return (
                f'<img src="data:{kind};base64,{encoded}" '
                f'alt="{html.escape(name)}">'
            )
    return "<p>Browsers don't show files of this kind; it lies beside.</p>"


def _table(rows):
    lines = (
        f"<tr><th>{html.escape(str(name))}</th>"
        f"<td>{html.escape(str(value))}</td></tr>"
        for name, value in rows
    )
    return f"<table>{''.join(lines)}</table>"


_STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 56rem; color: #1c1c1c;
  margin: 0 auto; padding: 1.5rem; background: #fff; }
h1 { font-size: 1.7rem; line-height: 1.2; margin-bottom: .3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.case { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
.case img { width: 14rem; height: auto; image-rendering: pixelated;
  border: 1px solid #ccc; max-width: 100%; }
.case table { flex: 1 1 24rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top;
  border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
th { width: 34%; font-weight: 600; }
.case th { width: 8rem; }
svg { width: 100%; height: auto; display: block; }
.key { font-size: .85rem; color: #555; }
footer { margin-top: 2.5rem; font-size: .85rem; color: #555; }
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading}</title>
<style>{style}</style>
</head>
<body>
<h1>{heading}</h1>
<p>{reason}</p>
<div class="case">{image}
{facts}</div>

<h2>How likely it is to be wrong</h2>
{odds}

<h2>What the decoder read</h2>
{bits}
{photographs}

<h2>Calibration</h2>
{calibration}

<h2>Formulas</h2>
{formulas}

<h2>Where the numbers come from</h2>
{provenance}

<footer>Written at {made_at}. The same in figures: report.json. To recompute
all of it from the registry: tf-fingerprint evidence verify.</footer>
</body>
</html>
"""
