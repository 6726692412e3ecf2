import dataclasses

import numpy as np
import pytest

from tf_fingerprint import artificial
from tf_fingerprint.artificial import quality

from .. import tiny_codec


def test_psnr_is_that_of_the_slow_loop():
    images, others = (tiny_codec.photographs(3, seed) for seed in (0, 1))

    for actual, one, two in zip(
        artificial.psnr(images, others), images, others, strict=True
    ):
        squares = [
            (int(a) - int(b)) ** 2
            for a, b in zip(one.flat, two.flat, strict=True)
        ]
        expected = 10 * np.log10(255**2 / (sum(squares) / len(squares)))
        assert actual == pytest.approx(expected)


def test_a_picture_that_did_not_change_has_the_largest_psnr():
    images = tiny_codec.photographs(2)

    assert artificial.psnr(images, images).tolist() == [100, 100]


class Plain:
    """Lays the bits over the first row, as 0 and some level."""

    num_bits = tiny_codec.NUM_BITS

    def __init__(self, level):
        self.level = level

    def __call__(self, inputs, training=None):
        images, bits = inputs
        images = images.copy()
        images[:, 0, :, 0] = bits * self.level
        return images

    def read(self, images, training=None):
        return images[:, 0, :, 0] - self.level / 2


def test_bits_are_read_in_what_a_file_holds():
    images = tiny_codec.photographs(5)
    seen, lost = Plain(0.1), Plain(0.001)  # A quarter of a level is rounded.

    good = artificial.measure(seen, seen.read, images, batch_size=2)
    bad = artificial.measure(lost, lost.read, images)

    assert good.bit_accuracy == good.worst_accuracy == 1
    assert good.num_images == 5
    assert 15 < good.worst_psnr < good.psnr < 40
    assert 0.3 < bad.worst_accuracy < bad.bit_accuracy < 0.7


def test_the_same_seed_hides_the_same():
    encoder = tiny_codec.build_encoder()
    decoder = tiny_codec.build_decoder()
    images = tiny_codec.photographs(5)

    one, same, other = (
        dataclasses.astuple(
            artificial.measure(
                encoder, decoder, images, seed=seed, batch_size=size
            )
        )
        for seed, size in ((0, 5), (0, 2), (1, 5))
    )

    assert one == pytest.approx(same, rel=1e-5)
    assert one != other


def test_nothing_to_measure_is_refused():
    with pytest.raises(ValueError, match="at least one photograph"):
        quality.measure(None, None, tiny_codec.photographs(0))
