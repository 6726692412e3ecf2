"""Servables of a codec: the encoder, and what reads."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import export
from export.publishing import publish
from export.publishing import release
from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint.artificial.marked_sets import picture_files

from ...registry.store_contract import make_record
from ...tiny_codec import NUM_BITS
from ...tiny_codec import codec_run as codec_run
from ...tiny_codec import codec_run_dir as codec_run_dir
from ...tiny_codec import photographs
from ...tiny_run import close_to
from ...tiny_run import tiny_run as tiny_run
from ...tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def bits(count):
    random = np.random.default_rng(0)
    return random.integers(0, 2, (count, NUM_BITS)).astype(np.int32)


def test_pictures_are_marked_as_in_python(codec_run):
    mark = export.encoder(codec_run, allow_open=True).signatures[
        "serving_default"
    ]
    images = photographs(3)
    wide = np.random.default_rng(4).integers(0, 256, (50, 77, 3), np.uint8)
    files = [*map(png, images), png(wide), b"no picture"]

    answer = mark(
        image_bytes=tf.constant(files), fingerprint=tf.constant(bits(5))
    )

    status = answer["status"].numpy().tolist()
    assert status == 4 * [b"ok"] + [b"unsupported_format"]
    *marked, empty = answer["image_bytes"].numpy()
    assert empty == b""
    found = np.stack([picture_files.from_png(each) for each in marked])
    expected = codec_run.encode(
        np.concatenate([images, codec_run.read_images(png(wide))]), bits(4)
    )
    close_to(found, expected)
    assert np.abs(found[:3].astype(int) - images).max() > 0


def test_what_is_no_fingerprint_fails_the_request(codec_run):
    mark = export.encoder(codec_run, allow_open=True).signatures[
        "serving_default"
    ]

    with pytest.raises(tf.errors.InvalidArgumentError, match="0 and 1"):
        mark(
            image_bytes=tf.constant([png(photographs(1)[0])]),
            fingerprint=tf.constant(bits(1) + 1),
        )


def test_the_encoder_is_not_exported_by_mistake(codec_run, tiny_run):
    with pytest.raises(errors.ExportError, match="never reach a recipient"):
        export.encoder(codec_run)
    with pytest.raises(errors.ExportError, match="must be a codec's"):
        export.encoder(tiny_run, allow_open=True)


def test_a_codec_s_decoder_reads_files_as_in_python(codec_run):
    read = export.decoder(codec_run).signatures["serving_default"]
    images = photographs(4)

    answer = read(image_bytes=tf.constant([png(each) for each in images]))

    np.testing.assert_allclose(
        answer["logits"], codec_run.decode(images), atol=1e-4
    )
    # Pixels in another range are read otherwise: this test can fail.
    shifted = codec_run.decoder(images / 127.5 - 1.0)
    assert not np.allclose(answer["logits"], shifted, atol=1e-3)


def test_a_codec_s_attribution_names_whose_fingerprint_is_read(codec_run):
    image = photographs(1, seed=9)
    record = make_record(codec_run.record, bits=codec_run.decode(image)[0] > 0)
    candidates = attribution.Candidates(codec_run.record, [record])
    servable = export.attribution(codec_run, candidates)

    answer = servable.signatures["images"](images=tf.constant(image))

    assert answer["verdict"].numpy().tolist() == [b"attributed"]
    assert answer["recipient_id"].numpy().tolist() == [record.id.encode()]
    assert servable.metadata["generator_digest"] == codec_run.encoder_digest


@pytest.mark.parametrize("what", ["decoder", "encoder"])
def test_a_codec_s_models_are_tried_on_each_other(codec_run, tmp_path, what):
    servable = (
        export.decoder(codec_run)
        if what == "decoder"
        else export.encoder(codec_run, allow_open=True)
    )

    path = release.release(servable, codec_run, tmp_path, min_accuracy=0.0)

    figures = publish.read_manifest(path)["self_test"]
    # Nobody trained this codec: it reads as coins fall.
    assert figures["num_bits"] == NUM_BITS
    assert 0.3 < figures["bit_accuracy"] < 0.7
