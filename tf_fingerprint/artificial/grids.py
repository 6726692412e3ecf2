"""Grids of photographs, with fingerprints and without."""

import os
import pathlib

import numpy as np

from tf_fingerprint.artificial import pixels
from tf_fingerprint.training import grids

SIDE = grids.SIDE


def draw(
    encoder,
    images: np.ndarray,
    folder: str | os.PathLike[str],
    name: str,
    *,
    active_bits: int,
    seed: int = 0,
) -> None:
    """Writes three grids of the same photographs.

    `clean`: the photographs. `fingerprinted`: with a fingerprint each.
    `difference`: between the two, times 5, around grey.

    `images`: photographs, `uint8`; the first 64 are shown. `active_bits`: bits
    in use; the others are held neutral.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # A set smaller than the grid is shown again.
    clean = images[np.arange(SIDE * SIDE) % len(images)]
    random = np.random.default_rng(seed)
    bits = random.integers(0, 2, (len(clean), encoder.num_bits))
    bits = bits.astype("float32")
    bits[:, active_bits:] = 0.5
    # Called, not `predict`ed: that would wait for other workers.
    encoded = encoder([pixels.to_unit(clean), bits], training=False)
    marked = pixels.to_pixels(encoded)
    difference = 5 * (marked.astype("float32") - clean) + 127.5
    for kind, shown in {
        "clean": clean,
        "fingerprinted": marked,
        "difference": np.rint(np.clip(difference, 0, 255)).astype("uint8"),
    }.items():
        path = folder / f"{name}_{kind}.png"
        draft = folder / f".draft-{path.name}"
        grids.tile(shown).save(draft)
        os.replace(draft, path)
