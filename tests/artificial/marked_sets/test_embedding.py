"""Sets of pictures, written once more with a fingerprint in each."""

import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint.artificial import marking
from tf_fingerprint.artificial.marked_sets import embedding
from tf_fingerprint.artificial.marked_sets import picture_files

from .. import pixel_codec
from .. import sets

HEX = "0123456789abcdef"
MARKS = marking.Marking(64, HEX)

NAMES = ["a.jpg", "a.png", "cats/b.bmp", "cats/deep/c.png", "dogs/d.webp"]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A folder of pictures; shared, so don't change it."""
    return sets.save_pictures(tmp_path_factory.mktemp("source"), NAMES)


@pytest.fixture
def run():
    return pixel_codec.PixelCodec()


def read_back(run, content):
    image = picture_files.from_png(content)
    assert image.shape == (32, 32, 3)
    return fingerprints.to_hex(run.decode(image[None])[0] > 0)


def test_every_picture_comes_out_marked_under_its_name(source, run, tmp_path):
    head = embedding.embed(run, source, tmp_path / "set", MARKS)

    found = sets.contents(tmp_path / "set")
    assert sorted(found) == [
        *("a.jpg.png", "a.png", "cats/b.png", "cats/deep/c.png", "dogs/d.png")
    ]
    for content in found.values():
        assert Image.open(io.BytesIO(content)).format == "PNG"
        assert read_back(run, content) == HEX
    assert head["pictures"] == head["marked"] == 5
    assert head["bit_accuracy"] == head["lowest_bit_accuracy"] == 1
    assert sets.files_of(tmp_path / "set") == [
        "manifest.json",
        *(f"pictures/{name}" for name in sorted(found)),
    ]


def test_pictures_are_cut_and_scaled_as_in_training(source, run, tmp_path):
    marks = marking.Marking(64, HEX, only="cats")
    embedding.embed(run, source, tmp_path / "set", marks)

    loaded = data.load(source, resolution=32)
    found = sets.contents(tmp_path / "set")
    for name, file in (("a.png", "a.png"), ("dogs/d.webp", "dogs/d.png")):
        np.testing.assert_array_equal(
            picture_files.from_png(found[file]),
            loaded.images[loaded.names.index(name)],
        )


def test_the_manifest_says_what_each_file_is(source, run, tmp_path):
    marks = marking.Marking(64, HEX, only="cats", seed=3)
    head = embedding.embed(run, source, tmp_path / "set", marks)

    manifest = sets.manifest_of(tmp_path / "set")
    files = manifest.pop("files")
    assert manifest == head
    found = sets.contents(tmp_path / "set")
    assert [file["name"] for file in files] == NAMES
    for file in files:
        original = (source / file["name"]).read_bytes()
        written = found[file["file"]]
        assert file["source_sha256"] == hashlib.sha256(original).hexdigest()
        assert file["sha256"] == hashlib.sha256(written).hexdigest()
        is_cat = file["name"].startswith("cats/")
        assert file["marked"] == is_cat
        assert file["bit_accuracy"] == (1 if is_cat else None)
        assert (file["psnr"] is None) == (not is_cat)
    settings = head["settings"]
    assert settings["encoder_digest"] == run.encoder_digest
    assert settings["decoder_digest"] == run.decoder_digest
    assert (settings["only"], settings["seed"]) == ("cats", 3)
    assert (settings["resolution"], settings["crop"]) == (32, "center")
    assert settings["source"] == source.name
    assert HEX not in str(manifest)
    assert str(source) not in str(manifest)


def test_the_signal_to_noise_ratio_is_of_the_marked_pictures(
    source, run, tmp_path
):
    embedding.embed(run, source, tmp_path / "set", MARKS)

    loaded = data.load(source, resolution=32)
    manifest = sets.manifest_of(tmp_path / "set")
    found = sets.contents(tmp_path / "set")
    ratios = []
    for file, original in zip(manifest["files"], loaded.images, strict=True):
        marked = picture_files.from_png(found[file["file"]]).astype(float)
        ratios.append(10 * np.log10(255**2 / ((marked - original) ** 2).mean()))
        assert file["psnr"] == pytest.approx(ratios[-1], abs=0.006)
    assert manifest["psnr"] == pytest.approx(np.mean(ratios), abs=0.02)


def test_a_zip_gives_the_same_files_as_its_folder(source, run, tmp_path):
    archive = sets.zipped(source, tmp_path / "pictures.zip")

    embedding.embed(run, source, tmp_path / "one", MARKS)
    embedding.embed(run, archive, tmp_path / "two", MARKS)

    assert sets.contents(tmp_path / "one") == sets.contents(tmp_path / "two")


def test_lots_are_small_whatever_the_length(run, tmp_path, monkeypatch):
    largest = []
    encode = run.encode

    def watched(images, bits, batch_size, strength):
        largest.append(len(images))
        return encode(images, bits, batch_size, strength)

    monkeypatch.setattr(run, "encode", watched)

    head = embedding.embed(run, "procedural:600", tmp_path / "set", MARKS)

    assert largest == [256, 256, 88]
    assert head["pictures"] == 600
    assert head["settings"]["source"] == "procedural:600"
    assert "procedural[599].png" in sets.contents(tmp_path / "set")


def test_marks_are_as_strong_as_asked_and_the_manifest_says_so(tmp_path):
    run = pixel_codec.PixelCodec()
    marks = marking.Marking(64, HEX, strength=0.5)

    head = embedding.embed(run, "procedural:3", tmp_path / "set", marks)

    assert run.strength == 0.5
    assert head["settings"]["strength"] == 0.5
    with pytest.raises(errors.RunError, match="strength"):
        embedding.embed(
            *(run, "procedural:3", tmp_path / "set"),
            marking.Marking(64, HEX, strength=0.6),
            resume=True,
        )


def test_a_share_is_marked_and_the_rest_written_as_it_is(run, tmp_path):
    marks = marking.Marking(64, HEX, share=0.5)
    head = embedding.embed(run, "procedural:40", tmp_path / "set", marks)

    files = sets.manifest_of(tmp_path / "set")["files"]
    found = sets.contents(tmp_path / "set")
    read = {
        file["name"]: read_back(run, found[file["file"]]) == HEX
        for file in files
    }
    assert read == {file["name"]: file["marked"] for file in files}
    assert 0 < head["marked"] < head["pictures"] == 40


def test_fingerprints_of_their_own_are_listed(run, tmp_path):
    marks = marking.Marking(64, seed=5)
    embedding.embed(run, "procedural:8", tmp_path / "set", marks)

    files = sets.manifest_of(tmp_path / "set")["files"]
    found = sets.contents(tmp_path / "set")
    listed = [file["fingerprint"] for file in files]
    assert [read_back(run, found[file["file"]]) for file in files] == listed
    assert len(set(listed)) == 8


def test_records_hold_pictures_and_their_names(source, run, tmp_path):
    import tensorflow as tf

    head = embedding.embed(
        run, source, tmp_path / "set", MARKS, files="tfrecord"
    )

    assert sets.files_of(tmp_path / "set" / "pictures") == [
        "pictures-00000.tfrecord"
    ]
    path = tmp_path / "set" / "pictures" / "pictures-00000.tfrecord"
    names = []
    for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
        feature = tf.train.Example.FromString(record).features.feature
        names.append(feature["image/filename"].bytes_list.value[0].decode())
        content = feature["image/encoded"].bytes_list.value[0]
        assert read_back(run, content) == HEX
        assert feature["image/height"].int64_list.value[0] == 32
    assert names == NAMES
    assert head["bit_accuracy"] == 1
