import dataclasses
import importlib
import pathlib

import pytest

pytest.importorskip("torch", reason="PyTorch is the extra [benchmarks]")

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def benchmarks_on_path(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)


def load(name):
    return importlib.import_module(name)


@pytest.fixture
def tiny():
    shipped = load("train_step_setting").SHIPPED
    widths = {
        f"{owner}{name}": value
        for owner in ("", "decoder_")
        for name, value in (("channel_base", 64), ("max_channels", 16))
    }
    networks = dataclasses.replace(
        shipped.networks, num_bits=16, style_dim=16, latent_dim=8, **widths
    )
    return dataclasses.replace(
        shipped,
        data=dataclasses.replace(shipped.data, resolution=16),
        networks=networks,
        losses=dataclasses.replace(shipped.losses, coarse_consistency=2.0),
        curriculum=dataclasses.replace(shipped.curriculum, initial_bits=16),
    )


def test_both_sides_compute_the_same_outputs_losses_and_gradients(tiny):
    check = load("train_step_check")

    compared = check.differences(tiny)

    assert len(compared) == 3 + 8 + 4  # Outputs, losses, changes.
    assert max(compared.values()) < check.LARGEST_DIFFERENCE


@pytest.mark.parametrize(
    "term", ["fingerprint", "consistency", "coarse_consistency", "r1"]
)
def test_the_check_finds_a_term_of_another_weight(tiny, term, monkeypatch):
    check, step = load("train_step_check"), load("pytorch_step")
    make = step.Step.__init__

    def make_otherwise(self, config, noise=None):
        weight = 1.1 * getattr(config.losses, term)
        losses = dataclasses.replace(config.losses, **{term: weight})
        make(self, dataclasses.replace(config, losses=losses), noise)

    monkeypatch.setattr(step.Step, "__init__", make_otherwise)

    assert max(check.differences(tiny).values()) > check.LARGEST_DIFFERENCE


def test_products_are_counted_as_pytorch_counts_them(tiny):
    import torch
    from torch.utils import flop_counter

    losses = dataclasses.replace(tiny.losses, r1=0.0)
    without_r1 = dataclasses.replace(tiny, losses=losses)
    step = load("pytorch_step").Step(without_r1)
    step.steps = 1  # PyTorch's counter can't look into the penalty's step.
    batch_size = tiny.training.batch_size
    with flop_counter.FlopCounterMode(display=False) as counter:
        step(torch.zeros(batch_size, 3, 16, 16))

    actual = load("train_step_setting").gflop_per_image(without_r1)

    # PyTorch counts a few gradients that nobody needs.
    expected = counter.get_total_flops() / batch_size / 1e9
    assert actual == pytest.approx(expected, rel=0.03)


def test_a_ratio_above_one_says_that_tensorflow_is_faster():
    measured = {64: a_measurement()}

    figures = load("train_step_table").figures(measured, main_size=64)

    assert figures["ratio_to_pytorch"] == 1.5
    assert figures["ratio_to_pytorch_lowest"] == 1.0
    assert figures["ratio_to_pytorch_highest"] == 2.2
    assert figures["jax_ratio"] == 0.5
    assert "xla_ratio" not in figures  # Not measured.
    assert figures["best_ratio_to_pytorch"] == 1.5
    assert figures["best_is_jax"] == 0
    assert figures["images_per_second"] == 30.0
    assert figures["share_of_matmul_peak"] == 0.6
    assert figures["tensorflow_64_share_of_matmul_peak"] == 0.6
    assert figures["jax_64_peak_memory_mib"] == 700


def test_every_side_of_every_resolution_has_a_line():
    table = load("train_step_table").table(
        {64: a_measurement(), 32: a_measurement()}
    )

    assert [line.split()[:2] for line in table.splitlines()[1:]] == [
        [size, side]
        for size in ("32", "64")
        for side in ("tensorflow", "jax", "pytorch")
    ]
    assert "(1.00-2.20)" in table


def a_measurement():
    return load("train_step_table").Measured(
        rates={
            "tensorflow": [20.0, 30.0, 44.0],
            "jax": [10.0, 10.0, 10.0],
            "pytorch": [20.0, 20.0, 20.0],
        },
        memory={"tensorflow": 1000.0, "jax": 700.0, "pytorch": 500.0},
        peak=100.0,
        gflop_per_image=2.0,
    )


def test_a_busy_machine_is_not_measured(monkeypatch):
    train_step = load("train_step")
    ticks = iter([(100, 1000), (150, 1200)])  # Idle for 50 of 200.
    monkeypatch.setattr(train_step, "cpu_ticks", lambda: next(ticks))
    monkeypatch.setattr(train_step.time, "sleep", lambda seconds: None)

    with pytest.raises(SystemExit, match="75%"):
        train_step.require_idle_machine()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("generator_1/conv_64_1/convolution:_MklNativeConv2D", "convolutions"),
        (
            "gradient_tape/block_8/Conv2DBackpropFilter:"
            "_MklNativeConv2DBackpropFilter",
            "convolutions",
        ),
        (
            "block_8/depthwise:_MklNativeDepthwiseConv2dNative",
            "low-pass filters",
        ),
        ("adam_1/Mul_86:Mul", "Adam"),
        ("adam_1/ResourceApplyAdam:ResourceApplyAdam", "Adam"),
        ("generator_1/conv_64_1/mul_2:Mul", "products and sums by element"),
        ("clip:Softplus", "other"),
    ],
)
def test_a_profile_tells_kinds_of_operations_apart(name, kind):
    assert load("train_step_profile").kind_of(name) == kind
