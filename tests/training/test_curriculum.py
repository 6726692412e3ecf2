import math

import pytest

from tf_fingerprint.training.curriculum import Curriculum
from tf_fingerprint.training.curriculum import Progress

BATCH = 16


def train(curriculum, images, accuracy, progress=None):
    """Progress after so many images that are read that well."""
    progress = progress or Progress()
    for _ in range(images // BATCH):
        progress = curriculum.start(progress)
        progress = curriculum.advance(progress, accuracy, BATCH)
    return progress


def bits_over_time(curriculum, images, accuracy):
    """The numbers of active bits, in the order in which they appear."""
    progress, bits = Progress(), []
    for _ in range(images // BATCH):
        progress = curriculum.start(progress)
        bits.append(progress.active_bits)
        progress = curriculum.advance(progress, accuracy, BATCH)
    return list(dict.fromkeys(bits))


def test_the_paper_has_all_bits_from_the_first_step_to_the_last():
    paper = Curriculum(128, initial_bits=128)

    for accuracy in (0.5, 1.0):
        assert bits_over_time(paper, 50_000, accuracy) == [128]


def test_the_paper_leaves_the_consistency_loss_alone():
    paper = Curriculum(128, initial_bits=128)

    for accuracy in (0.5, 1.0):
        assert train(paper, 50_000, accuracy).consistency == 1


def test_the_picture_comes_first():
    curriculum = Curriculum(128, initial_bits=8, picture_images=1000)

    before = train(curriculum, 992, accuracy=0.0)
    after = curriculum.start(train(curriculum, 1008, accuracy=0.0))

    assert curriculum.start(before) == Progress(images=992)
    assert after == Progress(images=1008, active_bits=8)


def test_bits_double_until_all_are_in_use():
    curriculum = Curriculum(128, initial_bits=8)

    assert bits_over_time(curriculum, 50_000, 1.0) == [8, 16, 32, 64, 128]


def test_the_last_doubling_stops_at_the_number_of_bits():
    assert bits_over_time(Curriculum(20, 8), 50_000, 1.0) == [8, 16, 20]


def test_bits_that_are_not_read_well_stay_as_they_are():
    assert bits_over_time(Curriculum(128, 8), 50_000, 0.9) == [8]


def test_bits_double_when_the_running_accuracy_passes_the_mark():
    curriculum = Curriculum(128, 8, advance_accuracy=0.8)
    below = Progress(images=160, active_bits=8, accuracy=0.79)

    just_not = curriculum.advance(below, 0.80, BATCH)
    just = curriculum.advance(below, 1.0, BATCH * 5)

    assert just_not.active_bits == 8
    assert just.active_bits == 16


def test_new_bits_start_at_chance():
    progress = Progress(images=160, active_bits=8, accuracy=0.95)

    assert Curriculum(128, 8).advance(progress, 1.0, BATCH) == Progress(
        images=176, active_bits=16, accuracy=0.5
    )


def test_the_running_accuracy_forgets_by_e_in_its_memory():
    curriculum = Curriculum(8, 8, memory_images=16_000)

    accuracy = train(curriculum, 16_000, accuracy=1.0).accuracy

    assert accuracy == pytest.approx(1 - 0.5 / math.e, abs=1e-3)


def test_one_step_of_more_images_than_the_memory_replaces_the_accuracy():
    progress = Progress(active_bits=8, accuracy=0.7)

    after = Curriculum(8, 8, memory_images=800).advance(progress, 0.6, 1000)

    assert after.accuracy == pytest.approx(0.6)


def test_images_are_counted_in_every_phase():
    curriculum = Curriculum(16, 8, picture_images=320)

    for images in (160, 320, 480, 16_000):
        assert train(curriculum, images, accuracy=1.0).images == images


def test_consistency_gets_more_weight_once_all_bits_are_read_well():
    curriculum = Curriculum(16, 8, max_consistency=4.0)
    some = Progress(active_bits=8, accuracy=0.5)
    all_bits = Progress(active_bits=16, accuracy=0.99)

    assert train(curriculum, 320, 0.89, some).consistency == 1
    assert train(curriculum, 320, 0.99, all_bits).consistency > 1


def test_its_weight_doubles_in_ten_times_the_memory_up_to_its_limit():
    curriculum = Curriculum(16, 16, max_consistency=4.0, memory_images=800)
    progress = Progress(active_bits=16, accuracy=1.0)

    assert train(curriculum, 8000, 1.0, progress).consistency == pytest.approx(
        2
    )
    assert train(curriculum, 160_000, 1.0, progress).consistency == 4


def test_its_weight_falls_back_when_accuracy_does():
    curriculum = Curriculum(16, 16, max_consistency=4.0)
    held = Progress(active_bits=16, accuracy=0.97, consistency=3.0)
    lost = Progress(active_bits=16, accuracy=0.95, consistency=3.0)

    assert train(curriculum, 8000, 0.97, held).consistency == 3
    assert train(curriculum, 4000, 0.95, lost).consistency == pytest.approx(
        3 / math.sqrt(2)
    )
    assert train(curriculum, 160_000, 0.95, lost).consistency == 1


@pytest.mark.parametrize("initial_bits", [0, 9])
def test_the_first_bits_must_be_some_of_all(initial_bits):
    with pytest.raises(ValueError, match=f"initial_bits={initial_bits}"):
        Curriculum(8, initial_bits)


@pytest.mark.parametrize("bits, accuracy", [(16, 0.5), (128, 0.98)])
def test_going_on_from_pictures_begins_with_the_first_bits(bits, accuracy):
    begun = Curriculum(128, initial_bits=bits, initial_consistency=2).go_on()

    assert (begun.active_bits, begun.accuracy) == (bits, accuracy)
    assert begun.consistency == 2
