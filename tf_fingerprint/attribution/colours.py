"""Pictures without colour, and decoders that need it."""

import numpy as np
import numpy.typing as npt

from tf_fingerprint.attribution.verdict import Finding
from tf_fingerprint.attribution.verdict import Verdict

# Below this share of the bits, one cannot be named among a few.
_ENOUGH = 0.8

# Largest part of the variance of colours off one line, in a tinted picture.
_OFF_LINE = 0.001


def note(verdict: Verdict, picture: npt.NDArray[np.uint8], run) -> str | None:
    """What to tell where a picture lacks the colours that a decoder needs.

    `picture`: `(height, width, channels)`, `uint8`; `run`: whose decoder read
    it; its `abilities` say how many bits it reads in pictures without colour.
    Returns a sentence; None where somebody is named, or there are colours.
    """
    if verdict.finding != Finding.NO_EVIDENCE or not is_colourless(picture):
        return None
    share = run.abilities.get("grayscale")
    if share is None:
        told = "how well this decoder reads such pictures was not measured"
    elif share < _ENOUGH:
        told = f"this decoder reads {share:.0%} of the bits in such pictures, "
        told += "where half is chance: it can't tell"
    else:
        return None
    return f"The picture has no colours of its own, and {told}."


def is_colourless(picture: npt.NDArray[np.uint8]) -> bool:
    """Whether a picture is grey, or tinted in one hue such as sepia.

    `picture`: `(height, width, channels)`, `uint8`.
    """
    if picture.shape[-1] == 1:
        return False  # Then it is what the decoder was trained on.
    step = max(1, int(np.sqrt(picture.shape[0] * picture.shape[1]) / 256))
    colours = picture[::step, ::step].reshape(-1, 3).astype(np.float64)
    variances = np.linalg.eigvalsh(np.cov(colours, rowvar=False))
    total = variances.sum()
    if total < 1:
        return True
    return bool(variances[:2].sum() <= _OFF_LINE * total)
