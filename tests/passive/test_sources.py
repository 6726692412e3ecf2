import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import errors
from tf_fingerprint.config import passive as passive_config
from tf_fingerprint.passive import sources

from ..tiny_passive import noise
from ..tiny_passive import sources_dir as sources_dir
from ..tiny_passive import write_sources

FORM = {"resolution": 16, "calibration_share": 0.3}


def read_from(folder, **settings):
    return sources.read(passive_config.Data(source=str(folder), **settings))


def test_every_picture_has_its_folders_place_in_the_labels(sources_dir):
    read = read_from(sources_dir, **FORM)

    assert read.labels == ("bright", "dark", "striped")
    for labelled in read.parts.values():
        for image, place in zip(labelled.images, labelled.sources, strict=True):
            is_striped = not image[::2].any() or not image[::2, :].any()
            is_dark = image.max() < 86
            expected = "striped" if is_striped else "bright"
            expected = "dark" if is_dark and not is_striped else expected
            assert read.labels[place] == expected


def test_parts_share_no_picture_and_leave_none_out(sources_dir):
    read = read_from(sources_dir, **FORM)

    names = [
        {*zip(part.names, part.sources.tolist(), strict=True)}
        for part in read.parts.values()
    ]
    assert len(set.union(*names)) == sum(map(len, names)) == 120
    shares = {name: len(part) / 120 for name, part in read.parts.items()}
    expected = {"train": 0.5, "calibration": 0.3, "test": 0.2}
    assert shares == pytest.approx(expected, abs=0.12)


def test_a_part_depends_on_the_names_alone(sources_dir, tmp_path):
    write_sources(tmp_path, ("bright", "zebra"), count=50)

    one = read_from(sources_dir, **FORM)
    two = read_from(tmp_path, **FORM)

    assert one.digest != two.digest
    for name, part in one.parts.items():
        ours = {n for n in two.parts[name].names if n < "040.png"}
        assert set(part.names) == ours


def test_with_a_folder_of_tests_nothing_else_is_tested_on(tmp_path):
    write_sources(tmp_path / "train", ("a", "b"), count=30)
    write_sources(tmp_path / "test", ("a", "b"), count=5)

    read = read_from(tmp_path, resolution=16)

    assert len(read.parts["test"]) == 10
    assert len(read.parts["train"]) + len(read.parts["calibration"]) == 60


def test_pictures_of_any_kind_and_size_keep_their_proportions(tmp_path):
    write_sources(tmp_path, ("a", "b"), count=40)
    tall = np.zeros((64, 32, 3), np.uint8)
    tall[16:48] = 200
    for number in range(40):
        Image.fromarray(tall).save(tmp_path / "b" / f"{number:03}.jpg")

    read = read_from(tmp_path, **FORM)

    tall = [
        image
        for part in read.parts.values()
        for image, name in zip(part.images, part.names, strict=True)
        if name.endswith(".jpg")
    ]
    # The centred square, without the black above and below.
    assert len(tall) == 40
    assert np.min(tall) > 190


def test_broken_files_are_counted_and_named(tmp_path):
    write_sources(tmp_path, ("a", "b"))
    (tmp_path / "b" / "000.png").write_bytes(b"no picture")

    read = read_from(tmp_path, max_broken_share=0.1, **FORM)

    [(name, reason)] = read.broken
    assert name == "b/000.png"
    assert "can't be read as a picture" in reason
    with pytest.raises(errors.DataError, match="000.png: can't be read"):
        read_from(tmp_path, **FORM)


def test_too_few_pictures_to_hold_some_out_are_refused(tmp_path):
    write_sources(tmp_path, ("a", "b"), count=1)

    with pytest.raises(errors.DataError, match="too few pictures of a, b"):
        read_from(tmp_path, **FORM)


def test_equal_pictures_have_equal_digests():
    images = noise(3)
    images[2] = images[0]
    labelled = sources.Labelled(images, np.zeros(3, int), ("a", "b", "c"))

    first, second, third = labelled.digests()

    assert first == third != second
