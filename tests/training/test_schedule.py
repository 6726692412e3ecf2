import dataclasses

import pytest

from tf_fingerprint.training.curriculum import Progress
from tf_fingerprint.training.schedule import Plan
from tf_fingerprint.training.schedule import Schedule


def plans(schedule, active_bits=8, **weights):
    """The plans of all steps of a training."""
    return [
        schedule.plan(
            Progress(images=images, active_bits=active_bits), **weights
        )
        for images in range(0, schedule.total_images, schedule.batch_size)
    ]


def steps(all_plans, part):
    """The steps that have that part."""
    return [step for step, plan in enumerate(all_plans) if getattr(plan, part)]


def test_penalties_are_due_at_their_intervals():
    paper = plans(Schedule(total_images=36 * 8, batch_size=8))

    assert steps(paper, "r1") == [0, 16, 32]
    assert steps(paper, "path_length") == [0, 4, 8, 12, 16, 20, 24, 28, 32]


def test_penalties_without_weight_are_never_due():
    schedule = Schedule(total_images=36 * 8, batch_size=8)

    without = plans(schedule, r1=False, path_length=False)

    assert set(without) == {Plan(fingerprints=True)}


def test_without_bits_the_decoder_takes_no_part():
    schedule = Schedule(total_images=320, batch_size=16, decoder_images=80)

    pictures = plans(schedule, active_bits=0)

    assert steps(pictures, "fingerprints") == []
    assert steps(pictures, "decoder_only") == []
    assert steps(pictures, "r1") == [0, 16]


def test_at_the_end_the_decoder_learns_alone():
    schedule = Schedule(total_images=320, batch_size=16, decoder_images=80)

    all_plans = plans(schedule)

    assert steps(all_plans, "decoder_only") == [15, 16, 17, 18, 19]
    assert set(all_plans[15:]) == {Plan(fingerprints=True, decoder_only=True)}


def test_anchored_bits_need_neither_discriminator_nor_penalties():
    schedule = Schedule(
        total_images=320, batch_size=16, anchored=True, decoder_images=80
    )

    anchored = Plan(fingerprints=True, anchored=True)

    assert set(plans(schedule)[:15]) == {anchored}
    assert set(plans(schedule)[15:]) == {
        Plan(fingerprints=True, decoder_only=True)
    }
    assert steps(plans(schedule, active_bits=0), "anchored") == []


def test_the_paper_never_slows_down():
    schedule = Schedule(total_images=1000, batch_size=10)

    for images in (0, 500, 1000):
        assert schedule.learning_rate_factor(Progress(images)) == 1


@pytest.mark.parametrize(
    "images, factor",
    [
        (0, 1.0),
        (700, 1.0),
        (750, 0.775),
        (800, 0.55),
        (890, 0.145),
        # The decoder alone starts anew.
        (900, 1.0),
        (950, 0.55),
        (990, 0.19),
        (1000, 0.1),
        # A training goes on to the end of its last epoch.
        (1050, 0.1),
    ],
)
def test_learning_rates_fall_to_a_tenth(images, factor):
    schedule = Schedule(
        total_images=1000, batch_size=10, decay_images=200, decoder_images=100
    )

    actual = schedule.learning_rate_factor(Progress(images))

    assert actual == pytest.approx(factor)


def test_a_training_that_outlasts_its_images_stays_slow():
    schedule = Schedule(total_images=1000, batch_size=10, decay_images=200)

    for images in (1000, 1050):
        factor = schedule.learning_rate_factor(Progress(images))
        assert factor == pytest.approx(0.1)


def test_a_training_that_never_slows_down_may_outlast_its_images():
    schedule = Schedule(total_images=1000, batch_size=10)

    assert schedule.learning_rate_factor(Progress(1050)) == 1


def test_an_old_weight_counts_half_after_the_half_life():
    schedule = Schedule(
        total_images=1000, batch_size=16, ema_half_life_images=800
    )

    assert schedule.ema_decay ** (800 / 16) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "last", [{"decay_images": 101}, {"decoder_images": 101}]
)
def test_the_last_phases_must_fit_into_the_training(last):
    with pytest.raises(ValueError, match="must fit into `total_images`"):
        Schedule(total_images=100, batch_size=10, **last)


def test_plans_can_be_told_apart():
    fields = [field.name for field in dataclasses.fields(Plan)][1:]

    different = {Plan(True), *(Plan(True, **{name: True}) for name in fields)}

    assert len(different) == 1 + len(fields)
