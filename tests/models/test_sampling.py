"""Pictures from open and from sealed generators."""

import numpy as np
import pytest

from tf_fingerprint import methods
from tf_fingerprint.models import sampling

from ..tiny_run import close_to
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir
from ..tiny_run import write_run

FINGERPRINT = np.arange(32) % 3 == 0


def test_a_seed_gives_the_same_pictures_in_any_batches(tiny_run):
    images = tiny_run.generate(7, seed=3)

    assert images.shape == (7, 16, 16, 3)
    assert images.dtype == np.uint8
    close_to(images, tiny_run.generate(7, seed=3, batch_size=4))
    assert np.any(images != tiny_run.generate(7, seed=4))


def test_one_fingerprint_serves_all_pictures(tiny_run):
    images = tiny_run.generate(3, fingerprints=FINGERPRINT, seed=3)

    close_to(
        images,
        tiny_run.generate(3, fingerprints=[FINGERPRINT] * 3, seed=3),
    )


def test_fingerprints_of_another_length_are_refused(tiny_run):
    with pytest.raises(ValueError, match="one of 32 bits, or 3 of them"):
        tiny_run.generate(3, fingerprints=[0, 1] * 8)


@pytest.mark.slow
@pytest.mark.parametrize("noise", ["random", "fixed", "none"])
def test_a_sealed_instance_makes_the_same_pictures(tmp_path, noise):
    run = methods.load(
        write_run(tmp_path / "run", f"networks.noise={noise}", seed=5)
    )

    close_to(
        sampling.sealed_pictures(run.seal(FINGERPRINT), 3, seed=2),
        run.generate(3, fingerprints=FINGERPRINT, seed=2),
    )
