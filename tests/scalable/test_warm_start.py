import numpy as np
import pytest

from tf_fingerprint import config
from tf_fingerprint import errors
from tf_fingerprint.scalable import training as scalable_training
from tf_fingerprint.scalable import warm_start

from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir
from ..tiny_run import write_run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tiny_run_dir):
    """A training of the size of the tiny run."""
    overrides = (
        *("curriculum.anchored=true", "curriculum.initial_consistency=3"),
        "curriculum.initial_bits=32",
    )
    return scalable_training.build(
        config.read(tiny_run_dir / "config.toml", overrides)
    )


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    """A run whose generator is narrower."""
    folder = tmp_path_factory.mktemp("runs") / "narrow"
    return write_run(folder, "networks.max_channels=4")


def assert_same(network, expected):
    for actual, weight in zip(
        network.get_weights(), expected.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(actual, weight)


def test_all_begin_with_the_run_s_weights_and_all_bits(
    model, tiny_run, tiny_run_dir
):
    warm_start.start(model, tiny_run_dir)

    for name in ("generator", "ema_generator", "anchor_generator"):
        assert_same(getattr(model, name), tiny_run.generator)
    assert_same(model.decoder, tiny_run.decoder)
    model.ema_generator.set_weights(
        [weight + 1 for weight in model.ema_generator.get_weights()]
    )
    plan = model.plan()
    assert plan.fingerprints and plan.anchored
    assert model.progress.active_bits == 32
    assert model.progress.consistency == 3
    # In other trainings the first bits bring the anchor to the average.
    assert_same(model.anchor_generator, tiny_run.generator)


def test_the_anchor_may_be_another_generator(
    model, tiny_run, tiny_run_dir, tmp_path
):
    other = write_run(tmp_path / "other", seed=1)
    (other / "decoder.keras").unlink()

    warm_start.start(model, tiny_run_dir, anchor=other)

    assert_same(model.generator, tiny_run.generator)
    with pytest.raises(AssertionError):
        assert_same(model.anchor_generator, tiny_run.generator)


def test_a_run_of_another_shape_is_named_before_anything_changes(model, narrow):
    before = model.get_weights()

    with pytest.raises(
        errors.RunError,
        match=r"narrow: its generator must be .* `max_channels` 4 instead of 8",
    ):
        warm_start.start(model, narrow)

    for actual, weight in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(actual, weight)


def test_a_decoder_of_another_shape_is_named(model, tmp_path):
    other = write_run(tmp_path / "run", "networks.decoder_max_channels=4")

    with pytest.raises(errors.RunError, match="its decoder must be"):
        warm_start.start(model, other)


def test_an_anchor_that_is_not_there_is_named(model, tiny_run_dir, tmp_path):
    with pytest.raises(errors.RunError, match="there is no such generator"):
        warm_start.start(model, tiny_run_dir, anchor=tmp_path)


def test_an_anchor_of_another_shape_is_named(model, narrow, tiny_run_dir):
    with pytest.raises(errors.RunError, match="narrow: its generator must"):
        warm_start.start(model, tiny_run_dir, anchor=narrow)
