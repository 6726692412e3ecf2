import numpy as np
import PIL.Image
import pytest

from tf_fingerprint import models
from tf_fingerprint.training import grids

from ..randomized import randomize

SIDE, RESOLUTION = grids.SIDE, 16


class FlatPictures:
    """Pictures of one colour: red from latents, green from bits, blue noise."""

    latent_dim, num_bits = 3, 4
    num_noise = models.num_noise(RESOLUTION)
    output_shape = (None, RESOLUTION, RESOLUTION, 3)

    def __call__(self, inputs, training):
        latents, bits, noise = inputs
        self.bits = bits
        bits = bits @ [0.5, 0.25, 0.125, 0.0625]
        colors = [np.tanh(latents[:, 0]), bits - 0.5, np.tanh(noise[:, 0])]
        pictures = np.stack(colors, axis=-1)[:, None, None]
        return pictures.repeat(RESOLUTION, 1).repeat(RESOLUTION, 2)


def draw(folder, kind, generator=None, **options):
    """One of the grids, as `(row, column, color)` of its pictures' corners."""
    options = {"active_bits": 4, **options}
    grids.draw(generator or FlatPictures(), folder, "000000064", **options)
    with PIL.Image.open(folder / f"000000064_{kind}.png") as image:
        return np.array(image)[::RESOLUTION, ::RESOLUTION].astype(int)


def test_four_grids_are_written(tmp_path):
    grids.draw(FlatPictures(), tmp_path / "new", "000000064", active_bits=4)

    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "000000064_arbitrary.png",
        "000000064_residual.png",
        "000000064_same_fingerprint.png",
        "000000064_same_latents.png",
    ]


def test_arbitrary_pictures_have_latents_and_fingerprints_of_their_own(
    tmp_path,
):
    red, green, _ = draw(tmp_path, "arbitrary").transpose(2, 0, 1)

    assert len(np.unique(red)) > 40
    assert len(np.unique(green)) > 8


def test_under_the_same_fingerprint_only_latents_differ(tmp_path):
    red, green, _ = draw(tmp_path, "same_fingerprint").transpose(2, 0, 1)

    assert len(np.unique(red)) > 40
    assert len(np.unique(green)) == 1


def test_rows_have_latents_and_columns_fingerprints(tmp_path):
    red, green, _ = draw(tmp_path, "same_latents").transpose(2, 0, 1)

    np.testing.assert_array_equal(red, np.tile(red[:, :1], (1, SIDE)))
    np.testing.assert_array_equal(green, np.tile(green[:1], (SIDE, 1)))
    assert len(np.unique(red)) == SIDE
    assert len(np.unique(green)) > 3


def test_residuals_are_five_times_the_difference_from_the_first_column(
    tmp_path,
):
    residual = draw(tmp_path, "residual")
    pictures = draw(tmp_path, "same_latents")

    # 0 is grey; the file of the pictures is rounded before the difference.
    expected = np.clip(5 * (pictures - pictures[:, :1]) + 127.5, 0, 255)
    np.testing.assert_allclose(residual, expected, atol=5.5)
    np.testing.assert_allclose(residual[:, 0], 127.5, atol=0.5)
    assert np.ptp(residual[..., 1]) > 50
    assert np.ptp(residual[..., 2]) == 0  # All of a row have the same noise.


def test_the_same_pictures_are_drawn_every_time(tmp_path):
    first = draw(tmp_path / "first", "arbitrary")
    second = draw(tmp_path / "second", "arbitrary")
    third = draw(tmp_path / "third", "arbitrary", seed=1)

    np.testing.assert_array_equal(first, second)
    assert np.any(first != third)


def test_bits_that_are_not_active_are_neutral(tmp_path):
    generator = FlatPictures()

    draw(tmp_path, "arbitrary", generator, active_bits=2)

    assert set(np.unique(generator.bits[:, :2])) == {0, 1}
    np.testing.assert_array_equal(generator.bits[:, 2:], 0.5)


@pytest.mark.parametrize(
    "noise, blues", [("random", 64), ("fixed", 1), ("none", 1)]
)
def test_noise_is_as_in_the_training(tmp_path, noise, blues):
    blue = draw(tmp_path, "arbitrary", noise=noise)[..., 2]

    assert len(np.unique(blue)) == pytest.approx(blues, abs=20 * (blues > 1))
    assert (blue[0, 0] == 128) == (noise == "none")


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_lie_side_by_side(channels):
    images = np.random.randint(0, 256, (9, 4, 6, channels)).astype("uint8")

    sheet = np.array(grids.tile(images)).reshape(12, 18, channels)

    for index, image in enumerate(images):
        row, column = divmod(index, 3)
        part = sheet[4 * row : 4 * row + 4, 6 * column : 6 * column + 6]
        np.testing.assert_array_equal(part, image)


def test_a_real_generator_draws_them(tmp_path, generator):
    sheet = draw(tmp_path, "arbitrary", randomize(generator), active_bits=8)

    assert sheet.shape == (SIDE, SIDE, 3)
    assert len(np.unique(sheet)) > 10
