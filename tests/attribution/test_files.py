"""Every file, every frame, every place: whose fingerprints are where?"""

import numpy as np
import pytest
from PIL import Image
from PIL import ImageOps

from tf_fingerprint import errors
from tf_fingerprint.data import found_files

from .. import found_pictures as found


def findings(reader, *contents):
    """What a reader finds in files that lie nowhere."""
    files = [
        found_files.FoundFile(f"{number}.png", lambda content=content: content)
        for number, content in enumerate(contents)
    ]
    return list(reader.read(files))


def names(answers):
    """Recipients that are named, as the numbers of their fingerprints."""
    named = [each.verdict.recipient for each in answers]
    return [each for each in named if each is not None]


A, B, C, D = found.random_bits(4)
PICTURES = [found.picture(bits, seed) for seed, bits in enumerate((A, B, C, D))]
FIRST, SECOND, THIRD, FOURTH = PICTURES


def reader(**options):
    return found.reader_of(A, B, C, D, **options)


def recipients():
    return [record.recipient for record in reader()._judge.candidates.records][
        :4
    ]


@pytest.mark.parametrize(
    ("image", "box"),
    [
        (FIRST, (0, 0, 64, 64)),
        (found.bordered(FIRST, 3), (3, 3, 67, 67)),
        (found.bordered(FIRST, 16, "black"), (16, 16, 80, 80)),
        (found.screenshot(FIRST, 30), (0, 30, 160, 190)),
        (found.screenshot(FIRST, 150), (0, 150, 160, 310)),
        (found.desktop(FIRST), (60, 40, 124, 104)),
        (found.together([[found.photograph(1), FIRST]]), (64, 0, 128, 64)),
    ],
    ids=[
        *("plain", "border", "wide", "screenshot", "lower", "desktop"),
        "photograph_beside",
    ],
)
def test_one_picture_is_found_where_it_lies(image, box):
    [answer] = findings(reader(), found.saved(image))

    assert answer.verdict.recipient == recipients()[0]
    assert np.abs(np.subtract(answer.look.box, box)).max() <= 2
    assert (answer.look.width, answer.look.height) == image.size
    assert answer.look.scale == pytest.approx(64 / (box[2] - box[0]), rel=0.1)


@pytest.mark.parametrize("gap", [0, 2])
def test_each_picture_of_a_collage_is_a_finding(gap):
    sheet = found.together([[FIRST, SECOND], [THIRD, FOURTH]], gap)

    answers = findings(reader(), found.saved(sheet))

    assert names(answers) == recipients()
    step = 64 + gap
    places = [(gap + x * step, gap + y * step) for y in (0, 1) for x in (0, 1)]
    for answer, place in zip(answers, places, strict=True):
        assert np.abs(np.subtract(answer.look.box[:2], place)).max() <= 2


def test_a_strip_names_all_not_the_middle_one():
    answers = findings(
        reader(), found.saved(found.together([[FIRST, SECOND, THIRD]]))
    )

    assert names(answers) == recipients()[:3]


def test_one_copy_many_times_is_found_as_often():
    sheet = found.together([[FIRST] * 3] * 3, 2)

    answers = findings(reader(), found.saved(sheet))

    assert names(answers) == recipients()[:1] * 9


def test_photographs_name_nobody_at_any_place_and_say_how_many():
    sheet = found.together(
        [[found.photograph(n) for n in (1, 2)] for _ in (1, 2)], 2
    )

    [answer] = findings(reader(search="full"), found.saved(sheet))

    assert answer.verdict.recipient is None
    assert answer.look.num_places > 10
    attribution = answer.verdict.attribution
    assert attribution.num_places == answer.look.num_places


def test_all_places_count_in_the_odds():
    content = found.saved(found.bordered(FIRST, 40))

    [alone] = findings(reader(search="none", box=(40, 40, 104, 104)), content)
    [searched] = findings(reader(search="full"), content)

    plain, careful = alone.verdict.attribution, searched.verdict.attribution
    assert searched.look.num_places > 50
    assert careful.num_matches == plain.num_matches == 128
    assert careful.p_value == pytest.approx(
        plain.p_value * searched.look.num_places
    )
    assert careful.threshold > plain.threshold


def test_every_frame_is_a_finding_and_equal_ones_are_one():
    content = found.saved(
        found.photograph(1),
        "TIFF",
        save_all=True,
        append_images=[each.copy() for each in (FIRST, FIRST, SECOND)],
    )

    answers = findings(reader(), content)

    assert names(answers) == recipients()[:2]
    assert [each.name for each in answers] == ["0.png#1", "0.png#2", "0.png#4"]
    assert {each.look.num_frames for each in answers} == {4}


def test_a_file_that_is_no_picture_stands_among_the_findings():
    first, broken, second = findings(
        reader(), found.saved(FIRST), b"%PDF-1.7\n", found.saved(SECOND)
    )

    assert names([first, second]) == recipients()[:2]
    assert isinstance(broken, errors.DataError)
    assert "It is a PDF" in str(broken)
    assert "pdftoppm" in str(broken)


def test_a_box_outside_of_the_picture_is_told_of():
    [error] = findings(reader(box=(0, 0, 65, 64)), found.saved(FIRST))

    assert "64 x 64 pixels" in str(error)


@pytest.mark.parametrize(
    ("abilities", "told"),
    [
        ({}, "was not measured"),
        ({"grayscale": 0.5}, "reads 50% of the bits"),
        ({"grayscale": 0.95}, None),
    ],
)
def test_a_picture_without_colours_says_what_a_decoder_makes_of_it(
    abilities, told
):
    grey = found.photograph(3).convert("L")
    sepia = ImageOps.colorize(grey, (30, 15, 0), (255, 240, 200))

    for image in (grey, sepia):
        [answer] = findings(
            reader(run=found.PatternRun(**abilities)), found.saved(image)
        )

        if told is None:
            assert answer.look.note is None
        else:
            assert told in answer.look.note


def test_a_picture_with_colours_has_no_note():
    [answer] = findings(reader(), found.saved(found.photograph(3)))

    assert answer.look.note is None


def test_each_place_is_decoded_once():
    run = found.PatternRun()

    answers = findings(
        reader(run=run), *[found.saved(each) for each in PICTURES]
    )

    assert run.num_decoded == sum(each.look.num_places for each in answers)


def test_a_place_may_be_mirrored():
    mirrored = ImageOps.mirror(FIRST).resize(
        (128, 128), Image.Resampling.NEAREST
    )

    [answer] = findings(reader(), found.saved(mirrored))

    assert answer.verdict.recipient == recipients()[0]
    assert answer.look.mirrored
