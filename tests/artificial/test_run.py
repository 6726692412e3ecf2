"""Run directories of codecs: whose fingerprint a picture carries."""

import shutil

import numpy as np
import PIL.Image
import pytest

import tf_fingerprint
from tf_fingerprint import artificial
from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint import registry

from .. import tiny_codec
from ..tiny_codec import codec_run as codec_run
from ..tiny_codec import codec_run_dir as codec_run_dir
from ..tiny_run import issue_what_is_read


@pytest.mark.slow
def test_the_config_says_what_a_run_directory_is_of(codec_run_dir):
    run = tf_fingerprint.load(codec_run_dir)

    assert isinstance(run, artificial.CodecRun)
    assert isinstance(methods.load(codec_run_dir), artificial.CodecRun)
    assert run.folder == codec_run_dir
    assert run.config == tiny_codec.tiny_config()
    assert run.calibration is None


def test_a_registry_knows_a_codec_by_its_encoder(codec_run):
    record = codec_run.record

    assert record.digest == codec_run.encoder_digest
    assert record.digest == codec_run.generator_digest
    assert record.decoder_digest == codec_run.decoder_digest
    assert codec_run.encoder_digest != codec_run.decoder_digest
    assert (record.num_bits, record.resolution) == (32, 32)


@pytest.mark.slow
def test_photographs_are_encoded_alike_in_any_company(codec_run):
    images = tiny_codec.photographs(5)
    bits = tiny_codec.fingerprints(5)

    together = codec_run.encode(images, bits, batch_size=2)
    apart = [codec_run.encode(images[i : i + 1], bits[i]) for i in range(5)]

    assert together.dtype == np.uint8
    assert together.shape == images.shape
    assert np.abs(together.astype(int) - np.concatenate(apart)).max() <= 1
    assert np.abs(together.astype(int) - images).max() > 0


def test_weaker_marks_are_so_much_of_the_difference(codec_run):
    images = np.full((4, 32, 32, 3), 128, np.uint8)
    bits = tiny_codec.fingerprints(4)

    whole, half, little = (
        codec_run.encode(images, bits, strength=strength).astype(int) - 128
        for strength in (1, 0.5, 1e-6)
    )

    assert np.abs(whole).max() > 2
    # Each is rounded for itself.
    assert np.abs(half - whole / 2).max() <= 0.75
    assert not little.any()
    with pytest.raises(ValueError, match="above 0 and not above 1"):
        codec_run.encode(images, bits, strength=0)


def test_one_fingerprint_is_for_all(codec_run):
    images, [bits] = tiny_codec.photographs(3), tiny_codec.fingerprints(1)

    np.testing.assert_array_equal(
        codec_run.encode(images, bits),
        codec_run.encode(images, np.tile(bits, (3, 1)).astype(bool)),
    )


def test_nothing_is_encoded_and_decoded_to_nothing(codec_run):
    nothing = tiny_codec.photographs(0)

    assert codec_run.encode(nothing, np.zeros(32)).shape == nothing.shape
    assert codec_run.decode(nothing).shape == (0, 32)


def test_logits_are_the_decoders(codec_run):
    images = tiny_codec.photographs(5)

    logits = codec_run.decode(images, batch_size=2)

    expected = codec_run.decoder(images / np.float32(255)).numpy()
    np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_files_of_any_size_are_cut_and_scaled(codec_run, tmp_path):
    image = tiny_codec.photographs(1)[0]
    large = image.repeat(3, axis=0).repeat(3, axis=1)
    PIL.Image.fromarray(large).save(tmp_path / "large.png")

    np.testing.assert_allclose(
        codec_run.decode(tmp_path / "large.png"),
        codec_run.decode(image),
        atol=1e-5,
    )


@pytest.mark.parametrize(
    ("bits", "message"),
    [
        (np.zeros(31), "one of 32 bits, or 2 of them.* of 31"),
        (np.zeros((3, 32)), "or 2 of them, like the images. .* of 3 x 32"),
        (np.float32(1), "Received an array of no axis"),
        (np.full(32, 0.5), "must consist of 0 and 1. .* 0.5 to 0.5"),
    ],
)
def test_fingerprints_that_do_not_fit_are_refused(codec_run, bits, message):
    with pytest.raises(ValueError, match=message):
        codec_run.encode(tiny_codec.photographs(2), bits)


def test_names_the_recipient_and_else_nobody(codec_run, tmp_path):
    [image, other] = tiny_codec.photographs(2)
    issue_what_is_read(codec_run, image, tmp_path / "registry.db")
    # At one bit of 32 unlike, random weights could take one for the other.
    flipped = codec_run.decode(image)[0] < 0
    with registry.open_store(tmp_path / "registry.db") as store:
        candidates = attribution.Candidates.load(
            store, codec_run.encoder_digest
        )

    [right] = codec_run.attribute(image, tmp_path / "registry.db")
    [same] = codec_run.judge(image, candidates)
    [wrong] = attribution.attribute_many(
        flipped[None], candidates, max_false_positive_rate=1e-6
    )

    assert right.recipient == "Acme"
    assert right.num_matches == 32
    assert same.attribution == right
    assert wrong.recipient is None


@pytest.mark.parametrize("name", ["encoder.keras", "decoder.keras"])
def test_a_missing_file_is_named(codec_run_dir, tmp_path, name):
    folder = shutil.copytree(codec_run_dir, tmp_path / "run")
    (folder / name).unlink()

    with pytest.raises(errors.RunError, match=f"Missing: {name}"):
        methods.load(folder)


def test_networks_of_another_config_are_told(codec_run_dir, tmp_path):
    folder = shutil.copytree(codec_run_dir, tmp_path / "run")
    settings = (folder / "config.toml").read_text()
    (folder / "config.toml").write_text(
        settings.replace("num_bits = 32", "num_bits = 64")
    )

    with pytest.raises(errors.RunError, match="networks.num_bits` 64.* 32"):
        methods.load(folder)


def test_networks_in_each_others_place_are_told(codec_run_dir, tmp_path):
    folder = shutil.copytree(codec_run_dir, tmp_path / "run")
    shutil.copy(folder / "decoder.keras", folder / "encoder.keras")

    with pytest.raises(errors.RunError, match="must hold an encoder"):
        methods.load(folder)
