import numpy as np
from PIL import Image


def test_a_picture_starts_from_the_same_numbers_in_any_company(example):
    drawing = example("drawing")

    alone = drawing.normal(3, [70], (5,))[0]
    among_others = drawing.normal(3, range(100), (5,))

    np.testing.assert_array_equal(among_others[70], alone)
    assert len(np.unique(among_others)) == 500
    assert not np.array_equal(drawing.normal(4, [70], (5,))[0], alone)


def test_as_many_pictures_are_made_as_asked_for(example):
    drawing = example("drawing")

    def pictures(generator, seed, numbers):
        values = np.array(numbers, "float32") / 127.5 - 1
        return np.tile(values[:, None, None, None], (1, 2, 2, 3))

    made = np.concatenate(
        list(drawing.make(pictures, None, count=100, seed=0, first=50))
    )

    np.testing.assert_array_equal(made[:, 0, 0, 0], np.arange(50, 150))


def test_pictures_are_saved_without_loss(example, tmp_path):
    drawing = example("drawing")
    pixels = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), "uint8")

    assert drawing.save([pixels[:2], pixels[2:]], tmp_path, first=4) == 3

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000004.png",
        "000005.png",
        "000006.png",
    ]
    for number, image in enumerate(pixels, 4):
        saved = np.asarray(Image.open(tmp_path / f"{number:06d}.png"))
        np.testing.assert_array_equal(saved, image)
