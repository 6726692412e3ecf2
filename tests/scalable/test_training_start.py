"""A whole training that begins with finished weights and perturbs pictures."""

import shutil

import numpy as np
import pytest

from tf_fingerprint import config
from tf_fingerprint import methods

from ..tiny_run import write_run
from ..tiny_training import rows
from ..tiny_training import tiny_config
from ..tiny_training import trained as trained

pytestmark = pytest.mark.slow

SIZES = (
    "networks.num_bits=8",
    "networks.max_channels=4",
    "networks.decoder_max_channels=4",
)


@pytest.mark.slow
def test_a_training_from_a_run_goes_on_without_it(trained, tmp_path):
    start = write_run(tmp_path / "start", *SIZES)
    settings = tiny_config(
        f"training.start={start}",
        "training.images=32",
        "training.decoder_images=16",
        "curriculum.anchored=true",
        "curriculum.picture_images=0",
        'perturbations.names=["jpeg", "random_crop", "noise"]',
    )
    folder = tmp_path / "run"

    weights = trained(settings, folder)

    begun, run = methods.load(start), methods.load(folder)
    table = rows(folder)
    assert [float(row["active_bits"]) for row in table] == [8, 8]
    assert {"bit_accuracy_clean", "bit_accuracy_perturbed"} < set(table[0])
    # A few steps from where it began, not anywhere.
    for first, last in (
        (begun.generator, run.generator),
        (begun.decoder, run.decoder),
    ):
        moved = [
            np.abs(new - old).max()
            for new, old in zip(
                last.get_weights(), first.get_weights(), strict=True
            )
        ]
        assert 0 < max(moved) < 0.1
    assert config.read(folder / "config.toml") == settings
    shutil.rmtree(start)
    again = trained(settings, folder, resume=True)
    for actual, expected in zip(again, weights, strict=True):
        np.testing.assert_array_equal(actual, expected)
