"""What `attribute` asks a passive classifier besides the fingerprint."""

import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tf_fingerprint import attribution

COLUMNS = ("passive_label", "passive_unknown", "speaking")

_KEYS = ("label", "probability", "unknown", "energy", "score", "sentence")


class SecondOpinion:
    """Asks a classifier about the files that a fingerprint was sought in."""

    def __init__(self, run_dir: pathlib.Path):
        from tf_fingerprint.passive import run as passive_run

        self.run = passive_run.load(run_dir)

    def on(
        self, square: npt.NDArray[np.uint8], verdict: attribution.Verdict
    ) -> dict[str, Any]:
        """The opinion on one image, and which evidence speaks.

        `square`: `(side, side, channels)`, what was looked at; `verdict`: by
        the fingerprint; it goes first. Returns dict of text, numbers and bools.
        """
        shape = square.shape[:2] if square.shape[2] == 1 else square.shape
        [opinion] = self.run.judge(Image.fromarray(square.reshape(shape)))
        speaking = "fingerprint"
        if verdict.finding == attribution.Finding.NO_EVIDENCE:
            speaking = "nothing" if opinion.unknown else "traces"
        return {
            **opinion.to_dict(),
            "speaking": speaking,
            "labels": list(self.run.labels),
            "classifier_digest": self.run.digest,
        }


def asked(run_dir: pathlib.Path | None) -> SecondOpinion | None:
    """Who is asked besides, if anybody."""
    return None if run_dir is None else SecondOpinion(run_dir)


def row_of(opinion: Mapping[str, Any] | None) -> dict[str, Any]:
    """An opinion's part of a row; the same keys for all.

    `opinion`: from `SecondOpinion.on`; None where nobody can be asked.
    """
    known = opinion or {}
    row = {f"passive_{name}": known.get(name) for name in _KEYS}
    return {**row, "speaking": known.get("speaking")}
