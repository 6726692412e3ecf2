"""Evidence to look at, and to spoil copies of."""

import io

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import attribution
from tf_fingerprint import evidence
from tf_fingerprint import registry

from ..calibration import habits


@pytest.fixture(scope="module")
def made():
    return habits.make_calibration(500, strength=2.0)


@pytest.fixture(scope="module")
def kept(made, tmp_path_factory):
    """A registry and the evidence on a picture, a photograph and another."""
    folder = tmp_path_factory.mktemp("kept")
    with registry.open_store(folder / "registry.db", create=True) as store:
        draw = habits.drawing(made)
        for name in ("Acme", "<b>&Co", "Third"):
            registry.issue(store, name, generator=habits.GENERATOR, draw=draw)
        candidates, head = evidence.read(store, habits.GENERATOR.digest)
    judge = attribution.Judge(candidates, made)
    bits = np.stack([record.bits for record in candidates.records[:2]])
    logits = np.r_[
        habits.picture_logits(bits),
        habits.photograph_logits(1, seed=3, strength=2.0),
    ]
    with evidence.Evidence(folder / "evidence", judge, head) as keeping:
        for number, verdict in enumerate(judge.judge(logits)):
            path = folder / f"found {number}.png"
            keeping.add(path, png(number), logits[number], verdict)
    return folder


def png(seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (16, 16, 3))
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
