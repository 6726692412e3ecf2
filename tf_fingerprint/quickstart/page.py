"""The quickstart's report: one HTML file that needs nothing beside it."""

import io
import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tf_fingerprint.pages import template

# Pictures of each recipient on the page.
SHOWN = 8

RESIDUAL_GAIN = 5

_SCALES = ("", "thousand", "million", "billion", "trillion")
_FORMAT_NAMES = {"png": "PNG", "jpeg90": "JPEG, quality 90"}


def in_words(probability: float) -> str:
    """How seldom chance does something, as one would say it in court.

    `probability`: in (0, 1]. Returns words to go after "chance does as well
    for".

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

    Returns `uint8` of the same shape; 128 where they agree.
    """
    difference = first.astype(np.int16) - second
    return np.clip(128 + RESIDUAL_GAIN * difference, 0, 255).astype(np.uint8)


def page(
    summary: Mapping[str, Any],
    pictures: Mapping[str, npt.NDArray[np.uint8]],
    photograph: npt.NDArray[np.uint8],
) -> str:
    """The report of a quickstart.

    `pictures`: from recipients to `(pictures, height, width, channels)`, at the
    same latents; `photograph`: the photograph that no copy made, in pixels.
    """
    residuals = [
        _strip(
            f"{first} − {second}",
            f"difference between {first} and {second}",
            residual(pictures[first], pictures[second]),
        )
        for first, second in itertools.combinations(pictures, 2)
    ]
    return template.render(
        "quickstart.html",
        summary=summary,
        strips=[
            _strip(name, f"made by the copy of {name}", images)
            for name, images in pictures.items()
        ],
        residuals=residuals,
        photograph=_image(photograph, "a photograph of a naval officer"),
        gain=RESIDUAL_GAIN,
        format_names=_FORMAT_NAMES,
        in_words=in_words,
    )


def _strip(title, description, images):
    """A title, and pictures in a row."""
    return title, [
        _image(image, f"Picture {number} {description}")
        for number, image in enumerate(images, start=1)
    ]


def _image(pixels, description):
    file = io.BytesIO()
    Image.fromarray(np.squeeze(pixels)).save(file, "PNG")
    return template.image(file.getvalue(), description)
