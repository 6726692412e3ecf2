import gzip
import importlib.util
import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

if importlib.util.find_spec("apache_beam") is None:
    pytest.skip(
        "apache-beam is not installed; install tf-fingerprint[bulk]",
        allow_module_level=True,
    )

from apache_beam import pvalue  # noqa: E402

from tf_fingerprint.bulk import stages  # noqa: E402

FORM = {"resolution": 16, "channels": 3}


def picture(level):
    file = io.BytesIO()
    Image.new("RGB", (16, 16), (level, 0, 0)).save(file, "PNG")
    return file.getvalue()


def example(content, name="image"):
    value = tf.train.Feature(bytes_list=tf.train.BytesList(value=[content]))
    features = tf.train.Features(feature={name: value})
    return tf.train.Example(features=features).SerializeToString()


@pytest.fixture
def read(tmp_path):
    """Writes records; reads them: levels of pictures, reasons of others."""

    def run(contents, *, feature=None, change=lambda content: content):
        path = tmp_path / "records"
        with tf.io.TFRecordWriter(str(path)) as writer:
            for content in contents:
                writer.write(content)
        path.write_bytes(change(path.read_bytes()))
        pictures, reasons = {}, {}
        for each in stages.read_records(str(path), FORM, feature):
            if isinstance(each, pvalue.TaggedOutput):
                assert each.tag == stages.UNREADABLE
                name, reasons_of = each.value["image"], reasons
                value = each.value["reason"]
            else:
                (name, _), pixels = each
                value, reasons_of = int(pixels[0, 0, 0]), pictures
            reasons_of[int(name.removeprefix(f"{path}#"))] = value
        return pictures, reasons

    return run


def test_records_are_pictures(read):
    assert read([picture(level) for level in (3, 1, 2)]) == (
        {0: 3, 1: 1, 2: 2},
        {},
    )


def test_a_broken_picture_costs_its_own_record_only(read):
    pictures, reasons = read([picture(3), b"", b"no picture", picture(1)])

    assert pictures == {0: 3, 3: 1}
    assert list(reasons) == [1, 2]
    assert all(
        "can't be read as a picture" in each for each in reasons.values()
    )


def test_examples_hold_pictures_in_a_feature(read):
    contents = [
        example(picture(3)),
        picture(1),
        example(picture(2), "other"),
        example(picture(5)),
    ]

    pictures, reasons = read(contents, feature="image")

    assert pictures == {0: 3, 3: 5}
    assert list(reasons) == [1, 2]
    assert "one value of bytes in the feature `image`" in reasons[2]


def without_end(content):
    return content[:-9]


def with_another_byte(place):
    def change(content):
        changed = bytearray(content)
        changed[place] ^= 1
        return bytes(changed)

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (without_end, "ends within a record"),
        (lambda content: content + b"123", "ends within a record"),
        (with_another_byte(-20), "checksum of a record is wrong"),
        (with_another_byte(-1), "checksum of a record is wrong"),
        (with_another_byte(0), "checksum of a record's length is wrong"),
        (with_another_byte(7), "checksum of a record's length is wrong"),
        (with_another_byte(9), "checksum of a record's length is wrong"),
    ],
)
def test_behind_what_is_broken_one_row_says_so(read, change, reason):
    pictures, reasons = read([picture(1), picture(2)], change=change)

    [number] = reasons
    assert pictures == {n: n + 1 for n in range(number)}
    assert f"can't be read from record {number} on" in reasons[number]
    assert reason in reasons[number]


def test_compressed_records_are_read(tmp_path):
    path = tmp_path / "records.gz"
    with tf.io.TFRecordWriter(str(tmp_path / "records")) as writer:
        writer.write(picture(7))
    path.write_bytes(gzip.compress((tmp_path / "records").read_bytes()))

    [(_, pixels)] = stages.read_records(str(path), FORM, None)

    assert (pixels[..., 0] == 7).all()


@pytest.mark.parametrize("name", ["missing.png", "."])
def test_a_file_that_can_not_be_read_is_told(tmp_path, name):
    [row] = stages.read_file(str(tmp_path / name), FORM)

    assert row.tag == stages.UNREADABLE
    assert row.value["image"] == str(tmp_path / name)
    assert "can't be read" in row.value["reason"]


class Servable:
    """Reads 8 logits that depend on the size of the batch where near 0."""

    def __init__(self):
        self.signatures = {"images": self.images}
        self.batches = []

    def images(self, images):
        self.batches.append(len(images))
        logits = np.asarray(images[:, 0, :8, 0], np.float32) - 100
        logits[logits == 0] = 1e-5 if len(images) == 1 else -1e-5
        return {"logits": tf.constant(logits)}


@pytest.mark.parametrize("batch_size", [1, 2, 5])
def test_bits_near_the_edge_are_those_of_the_picture_alone(batch_size):
    images = np.full((5, 16, 16, 3), 90, np.uint8)
    images[2, 0, 3] = 100  # A logit that rounding decides.
    images[4, 0, 5] = 150
    servable = Servable()
    handler = stages.DecoderHandler("", batch_size=batch_size)

    packed = [
        result.inference
        for start in range(0, 5, batch_size)
        for result in handler.run_inference(
            list(images[start : start + batch_size]), servable
        )
    ]

    bits = np.unpackbits(np.stack(packed), axis=-1)
    assert bits.sum() == 2
    assert bits[2, 3] == bits[4, 5] == 1
    # Only that picture was decoded twice.
    assert sum(servable.batches) == 6
