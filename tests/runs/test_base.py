import numpy as np

from tf_fingerprint.runs import base

from .. import tiny_codec

BITS = tiny_codec.NUM_BITS


class Recording(base.Run):
    """Answers with the first pixel, and notes how many it was shown."""

    generator_digest = "0" * 64

    def __init__(self):
        super().__init__(tiny_codec.tiny_config(), None, folder=None)
        self.sizes = []

    def _read(self, part):
        self.sizes.append(len(part))
        return np.repeat(part[:, 0, 0, :1].astype("float32"), BITS, axis=1)


def test_logits_come_in_batches_and_in_order():
    run = Recording()
    images = tiny_codec.photographs(7)

    logits = run.decode(images, batch_size=3)

    assert run.sizes == [3, 3, 1]
    np.testing.assert_array_equal(logits[:, 0], images[:, 0, 0, 0])


def test_no_pictures_have_no_logits():
    assert Recording().decode(tiny_codec.photographs(7)[:0]).shape == (0, BITS)
