import numpy as np

from tf_fingerprint import attributing
from tf_fingerprint import registry

from . import tiny_codec
from .tiny_codec import codec_run as codec_run
from .tiny_codec import codec_run_dir as codec_run_dir
from .tiny_run import issue_what_is_read


def test_logits_come_in_batches_and_in_order():
    sizes = []

    def read(part):
        sizes.append(len(part))
        return part[:, 0, 0, :1].astype("float32")

    images = tiny_codec.photographs(7)

    logits = attributing.logits_of(read, images, 1, batch_size=3)

    assert sizes == [3, 3, 1]
    np.testing.assert_array_equal(logits[:, 0], images[:, 0, 0, 0])
    assert attributing.logits_of(read, images[:0], 1, 3).shape == (0, 1)


def test_candidates_are_read_or_taken_as_they_are(codec_run, tmp_path):
    [image] = tiny_codec.photographs(1)
    path = tmp_path / "registry.db"
    issue_what_is_read(codec_run, image, path)

    read = attributing.candidates_of(codec_run, path)

    with registry.open_store(path) as store:
        again = attributing.candidates_of(codec_run, store)
    assert len(read) == len(again) == 1
    assert attributing.candidates_of(codec_run, read) is read
