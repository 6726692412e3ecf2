"""The figures of a transfer, on pictures whose bits are known."""

import importlib
import json
import pathlib

import numpy as np
import pytest
from PIL import Image

from ..evaluation.weights import save_tiny_weights

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"
NUM_BITS = 64


class Stripes:
    """Reads one bit in each of the first row's red values."""

    def decode(self, images):
        return images[:, 0, :NUM_BITS, 0] / 127.5 - 1.0


def save_pictures(folder, bits, count):
    """Pictures of noise that carry bits; a tenth of each is turned around."""
    random = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for number in range(count):
        image = random.integers(0, 256, (NUM_BITS, NUM_BITS, 3), "uint8")
        if bits is not None:
            carried = np.where(random.random(NUM_BITS) < 0.1, 1 - bits, bits)
            image[0, :, 0] = 255 * carried
        Image.fromarray(image).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("transfer")
    bits = np.random.default_rng(1).integers(0, 2, NUM_BITS)
    hexadecimal = np.packbits(bits).tobytes().hex()
    marked = save_pictures(tmp_path / "marked" / "samples", bits, 130).parent
    clean = save_pictures(tmp_path / "clean", None, 130)
    photographs = save_pictures(tmp_path / "photographs", None, 100)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        script = importlib.import_module("artificial_transfer")
        patch.setattr(script.tf_fingerprint, "load", lambda run: Stripes())
        script.main(
            ["--codec", "run", "--photographs", str(photographs)]
            + ["--generator", "noise", str(clean), str(marked), hexadecimal]
            + ["--features", str(save_tiny_weights(tmp_path))]
            + ["--results", str(tmp_path)]
        )
    path = tmp_path / "artificial_transfer.json"
    return json.loads(path.read_text())["figures"]


def test_a_fingerprint_in_all_pictures_is_read_and_named(figures):
    low, single, high = (
        figures[f"noise_accuracy_single{end}"] for end in ("_low", "", "_high")
    )
    assert low < single < high
    assert low < 0.9 < high
    assert figures["noise_accuracy_vote"] == 1
    assert figures["noise_attributed_vote"] == 1
    assert figures["noise_detected_vote"] == 1
    assert 0.5 < figures["noise_attributed_single"] < 1
    assert figures["noise_votes"] == 2
    assert (figures["candidates"], figures["bits"]) == (10, NUM_BITS)


def test_pictures_without_one_accuse_nobody(figures):
    assert figures["noise_clean_accuracy_single"] == pytest.approx(
        0.5, abs=0.03
    )
    for kind in ("single", "vote"):
        assert figures[f"noise_clean_detected_{kind}"] == 0
        assert figures[f"noise_clean_attributed_{kind}"] == 0
        assert figures[f"noise_clean_accused_wrongly_{kind}"] == 0


def test_both_sides_are_compared_with_as_many_photographs(figures):
    assert figures["noise_pictures_compared"] == 100
    for kind in ("frechet", "kernel"):
        clean, marked = (
            figures[f"noise_{kind}_{side}"] for side in ("clean", "marked")
        )
        assert figures[f"noise_{kind}_cost"] == pytest.approx(
            marked / clean - 1
        )
