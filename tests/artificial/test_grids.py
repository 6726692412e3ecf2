import numpy as np
import PIL.Image

from tf_fingerprint.artificial import grids

from .. import tiny_codec


class Brighter:
    """Adds 8 levels where the first bit is 1."""

    num_bits = tiny_codec.NUM_BITS

    def __call__(self, inputs, training=None):
        images, bits = inputs
        self.bits = bits
        return images + (bits[:, 0] == 1)[:, None, None, None] * (8 / 255)


def test_grids_show_photographs_and_what_fingerprints_change(tmp_path):
    images = tiny_codec.photographs(10) // 2
    encoder = Brighter()

    grids.draw(encoder, images, tmp_path, "a", active_bits=16)

    clean, marked, difference = (
        np.asarray(PIL.Image.open(tmp_path / f"a_{kind}.png")).astype(int)
        for kind in ("clean", "fingerprinted", "difference")
    )
    side = tiny_codec.SIDE
    assert clean.shape == (8 * side, 8 * side, 3)
    np.testing.assert_array_equal(clean[:side, :side], images[0])
    # Ten photographs fill the grid again and again.
    np.testing.assert_array_equal(
        clean[side : 2 * side, 2 * side : 3 * side], images[0]
    )
    assert set(np.unique(marked - clean)) == {0, 8}
    assert set(np.unique(difference)) == {128, 168}
    assert set(np.unique(encoder.bits[:, 16:])) == {0.5}
    assert len(list(tmp_path.iterdir())) == 3
