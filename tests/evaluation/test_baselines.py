"""Baselines make what their generator makes of neutral bits."""

import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.evaluation import baselines
from tf_fingerprint.models import sampling

from ..tiny_run import close_to
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir

FORM = {"resolution": 16, "channels": 3, "noise": "random"}


def test_all_bits_are_neutral_and_latents_are_those_of_the_seed(
    tiny_run, tiny_run_dir
):
    baseline = baselines.load(tiny_run_dir, **FORM)

    pictures = baseline.generate(5, np.random.default_rng(3), batch_size=5)

    [(latents, noise)] = sampling.sample_inputs(
        5,
        latent_dim=tiny_run.generator.latent_dim,
        num_noise=tiny_run.generator.num_noise,
        seed=int(np.random.default_rng(3).integers(2**63)),
    )
    if tiny_run.config.networks.noise == "none":
        noise[:] = 0
    neutral = np.full((5, 32), 0.5, np.float32)
    images = tiny_run.generator([latents, neutral, noise], training=False)
    close_to(pictures, data.to_pixels(np.asarray(images)))
    ones = tiny_run.generator([latents, 2 * neutral, noise], training=False)
    assert (pictures != data.to_pixels(np.asarray(ones))).any()


def test_a_decoder_is_no_baseline(tiny_run_dir, tmp_path):
    content = (tiny_run_dir / "decoder.keras").read_bytes()
    (tmp_path / "generator.keras").write_bytes(content)

    with pytest.raises(errors.RunError, match="must hold a generator"):
        baselines.load(tmp_path, **FORM)
