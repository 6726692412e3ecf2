import numpy as np
import pytest

from tf_fingerprint import building
from tf_fingerprint import config
from tf_fingerprint import errors
from tf_fingerprint import starting

from .tiny_run import tiny_run as tiny_run
from .tiny_run import tiny_run_dir as tiny_run_dir
from .tiny_run import write_run


def build(folder, *overrides):
    """A training of the size of a run's."""
    overrides = (
        "curriculum.anchored=true",
        "curriculum.initial_consistency=3",
        *overrides,
    )
    return building.build(config.read(folder / "config.toml", overrides))


def assert_same(network, expected):
    for actual, weight in zip(
        network.get_weights(), expected.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(actual, weight)


def test_all_networks_begin_with_the_run_s_weights(tiny_run, tiny_run_dir):
    model = build(tiny_run_dir)

    starting.start(model, tiny_run_dir)

    for network in (
        model.generator,
        model.ema_generator,
        model.anchor_generator,
    ):
        assert_same(network, tiny_run.generator)
    assert_same(model.decoder, tiny_run.decoder)


def test_all_bits_are_active_from_the_first_step(tiny_run_dir):
    model = build(tiny_run_dir)
    starting.start(model, tiny_run_dir)
    anchor = model.anchor_generator.get_weights()
    model.generator.set_weights([w + 1 for w in model.generator.get_weights()])

    plan = model.plan()

    assert plan.fingerprints and plan.anchored
    assert model.progress.active_bits == 32
    assert model.progress.consistency == 3
    # The first bits of other trainings put the anchor where pictures stand.
    for actual, expected in zip(
        model.anchor_generator.get_weights(), anchor, strict=True
    ):
        np.testing.assert_array_equal(actual, expected)


def test_the_anchor_may_be_another_generator(tiny_run, tiny_run_dir, tmp_path):
    other = write_run(tmp_path / "other", seed=1)
    (other / "decoder.keras").unlink()
    model = build(tiny_run_dir)

    starting.start(model, tiny_run_dir, anchor=other)

    assert_same(model.generator, tiny_run.generator)
    differ = [
        np.any(actual != weight)
        for actual, weight in zip(
            model.anchor_generator.get_weights(),
            tiny_run.generator.get_weights(),
            strict=True,
        )
    ]
    assert any(differ)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "networks.num_bits=16",
            "its generator must be made like the training's.*"
            "`num_bits` 32 instead of 16",
        ),
        ("data.resolution=32", "`resolution` 16 instead of 32"),
        ("networks.max_channels=4", "`max_channels` 8 instead of 4"),
        (
            "networks.decoder_max_channels=4",
            "its decoder must.*`max_channels` 8 instead of 4",
        ),
    ],
)
def test_a_run_of_another_shape_is_named_before_anything_changes(
    tiny_run_dir, override, message
):
    model = build(tiny_run_dir, override)
    before = model.get_weights()

    with pytest.raises(errors.RunError, match=message):
        starting.start(model, tiny_run_dir)

    for actual, weight in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(actual, weight)


def test_an_anchor_that_is_not_there_is_named(tiny_run_dir, tmp_path):
    model = build(tiny_run_dir)

    with pytest.raises(errors.RunError, match="there is no such generator"):
        starting.start(model, tiny_run_dir, anchor=tmp_path)


def test_an_anchor_of_another_shape_is_named(tiny_run_dir, tmp_path):
    other = write_run(tmp_path / "other", "networks.max_channels=4")
    model = build(tiny_run_dir)

    with pytest.raises(errors.RunError, match="other: its generator must"):
        starting.start(model, tiny_run_dir, anchor=other)
