"""The quickstart's report: one HTML file that needs nothing beside it."""

import base64
import html
import io
import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

# Pictures of each recipient on the page.
SHOWN = 8

RESIDUAL_GAIN = 5

_SCALES = ("", "thousand", "million", "billion", "trillion")
_FORMAT_NAMES = {"png": "PNG", "jpeg90": "JPEG, quality 90"}


def in_words(probability: float) -> str:
    """How seldom chance does something, as one would say it in court.

    Args:
        probability: In (0, 1].

    Returns:
        Words to go after "chance does as well for".

    Example:

    >>> in_words(1.0)
    'nearly every picture'
    >>> in_words(0.31)
    'about 31 in 100 pictures'
    >>> in_words(2.5e-8)
    'about one in 40 million pictures'
    >>> in_words(3e-25)
    'less than one in a trillion trillion pictures'
    """
    if probability >= 0.95:
        return "nearly every picture"
    if probability >= 0.01:
        return f"about {100 * probability:.0f} in 100 pictures"
    if probability < 1e-12:
        groups = math.floor(-math.log10(probability) / 3)
        words = [_SCALES[groups % 4], *_SCALES[4:] * (groups // 4)]
        return f"less than one in a {' '.join(filter(None, words))} pictures"
    pictures = float(f"{1 / probability:.2g}")
    groups = math.floor(math.log10(pictures) / 3)
    number = f"{pictures / 1000**groups:g} {_SCALES[groups]}".strip()
    return f"about one in {number} pictures"


def residual(
    first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]:
    """What distinguishes two pictures, enlarged, on grey.

    Args:
        first: Pixels of any shape.
        second: As many others.

    Returns:
        `uint8` of the same shape; 128 where they agree.
    """
    difference = first.astype(np.int16) - second
    return np.clip(128 + RESIDUAL_GAIN * difference, 0, 255).astype(np.uint8)


def page(
    summary: Mapping[str, Any],
    pictures: Mapping[str, npt.NDArray[np.uint8]],
    photograph: npt.NDArray[np.uint8],
) -> str:
    """The report of a quickstart.

    Args:
        summary: What `quickstart.json` holds.
        pictures: From recipients to `(pictures, height, width, channels)`, at
            the same latents.
        photograph: The photograph that no copy made, in pixels.

    Returns:
        HTML, with all pictures in it.
    """
    strips = [
        _strip(name, f"made by the copy of {name}", images)
        for name, images in pictures.items()
    ]
    residuals = [
        _strip(
            f"{first} − {second}",
            f"difference between {first} and {second}",
            residual(pictures[first], pictures[second]),
        )
        for first, second in itertools.combinations(pictures, 2)
    ]
    return _PAGE.format(
        style=_STYLE,
        num_recipients=len(pictures),
        num_bits=summary["num_bits"],
        threshold=summary["threshold"],
        limit=in_words(summary["max_false_positive_rate"]),
        pictures_each=summary["pictures_each"],
        gain=RESIDUAL_GAIN,
        strips="\n".join(strips),
        residuals="\n".join(residuals),
        rows="\n".join(map(_row, summary["by_recipient"])),
        photograph=_image(photograph, "a photograph of a naval officer"),
        photograph_verdict=_photograph_verdict(summary["photograph"]),
        digest=summary["generator_digest"],
    )


def _strip(title, description, images):
    """A titled row of pictures."""
    shown = "".join(
        _image(image, f"Picture {number} {description}")
        for number, image in enumerate(images, start=1)
    )
    return (
        f"<figure><figcaption>{html.escape(title)}</figcaption>"
        f'<div class="strip">{shown}</div></figure>'
    )


def _image(pixels, description):
    """A picture as PNG within the page."""
    file = io.BytesIO()
    Image.fromarray(np.squeeze(pixels)).save(file, "PNG")
    content = base64.b64encode(file.getvalue()).decode()
    return (
        f'<img src="data:image/png;base64,{content}" '
        f'alt="{html.escape(description)}">'
    )


def _row(tally):
    """One recipient's pictures in one format, as a row of the table."""
    cells = [
        html.escape(tally["recipient"]),
        _FORMAT_NAMES[tally["format"]],
        tally["right"],
        tally["wrong"],
        tally["nobody"],
        f"{tally['bit_accuracy']:.1%}",
        in_words(tally["median_p_value"]),
    ]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _photograph_verdict(verdict):
    """The verdict on the photograph, in a sentence or two."""
    named = verdict["recipient"]
    return (
        f"Attributed to <strong>{html.escape(named or 'nobody')}</strong>. "
        f"{verdict['num_matches']} of {verdict['num_bits']} bits match the "
        f"nearest recipient, and {verdict['threshold']} would be needed. "
        f"Chance does as well for {in_words(verdict['p_value'])}."
    )


_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem;
  margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.7rem; line-height: 1.2; }
h2 { font-size: 1.2rem; margin-top: 2.2rem; }
figure { margin: 0 0 1rem; }
figcaption { font-weight: 600; margin-bottom: .3rem; }
.strip { display: grid; grid-template-columns: repeat(8, 1fr); gap: .25rem; }
.strip img { width: 100%; height: auto; display: block; }
.photograph { display: flex; flex-wrap: wrap; gap: 1rem; }
.photograph img { width: 10rem; height: auto; }
.photograph p { flex: 1 1 16rem; margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .7rem .35rem 0;
  border-bottom: 1px solid #8886; vertical-align: top; }
td:nth-child(n+3):nth-child(-n+6) { font-variant-numeric: tabular-nums; }
footer { margin-top: 2.5rem; font-size: .85rem; opacity: .75;
  overflow-wrap: anywhere; }
@media (max-width: 36rem) {
  .strip { grid-template-columns: repeat(4, 1fr); }
}
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Whose copy made this picture?</title>
<style>{style}</style>
</head>
<body>
<h1>Whose copy made this picture?</h1>
<p>One generator was handed to {num_recipients} recipients. Each received a
copy of its own, with {num_bits} random bits sealed into its convolutions: the
copy's fingerprint. Each copy then made {pictures_each} pictures, and every
picture was traced from its file alone.</p>

<h2>The same content from each copy</h2>
<p>One column is one latent: what a column has in common is the content, what
tells its pictures apart is the fingerprint.</p>
{strips}

<h2>What differs, {gain} times enlarged</h2>
<p>Grey means no difference.</p>
{residuals}

<h2>Verdicts</h2>
<div class="scroll"><table>
<tr><th>Made by the copy of</th><th>File</th><th>Right</th><th>Wrong</th>
<th>Nobody</th><th>Bits read</th><th>For a typical picture, chance does as
well for</th></tr>
{rows}
</table></div>
<p>Somebody is named only if at least {threshold} of {num_bits} bits match. Of
pictures that come from elsewhere, chance brings {limit} that far, over all
recipients together. The odds are those of the draw: the fingerprints were drawn
at random, like tosses of a coin, without regard to any picture.</p>

<h2>A photograph that no copy made</h2>
<div class="photograph">{photograph}
<p>{photograph_verdict}</p></div>

<footer>Weights of the generator: SHA-256 {digest}.</footer>
</body>
</html>
"""
