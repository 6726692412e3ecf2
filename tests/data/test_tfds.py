import pathlib

import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint import errors

tfds = pytest.importorskip("tensorflow_datasets")


class TinyShades(tfds.core.GeneratorBasedBuilder):
    """Eight pictures of one shade, ten times their number."""

    VERSION = tfds.core.Version("1.0.0")
    pkg_dir_path = pathlib.Path(__file__).parent

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(
                {
                    "photo": tfds.features.Image(shape=(20, 16, 3)),
                    "label": tfds.features.ClassLabel(num_classes=2),
                }
            ),
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for number in range(8):
            photo = np.full((20, 16, 3), 10 * number, "uint8")
            yield number, {"photo": photo, "label": 0}


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    TinyShades(data_dir=tmp_path).download_and_prepare()


def shades(photographs):
    return (photographs.images[:, 0, 0, 0] // 10).tolist()


@pytest.mark.slow
def test_a_prepared_dataset_is_read_in_its_order(prepared):
    photographs = data.load("tfds:tiny_shades", resolution=16)

    assert photographs.images.shape == (8, 16, 16, 3)
    assert shades(photographs) == list(range(8))
    assert photographs.names[3] == "train[3]"


def test_a_part_of_a_split_can_be_named(prepared):
    photographs = data.load("tfds:tiny_shades:train[2:5]", resolution=16)

    assert shades(photographs) == [2, 3, 4]


def test_at_most_max_images_are_read(prepared):
    photographs = data.load("tfds:tiny_shades", resolution=16, max_images=2)

    assert shades(photographs) == [0, 1]


def test_an_unknown_split_is_an_error_that_lists_the_splits(prepared):
    with pytest.raises(errors.DataError, match="no split `test`. It has train"):
        data.load("tfds:tiny_shades:test", resolution=16)


def test_an_unknown_name_is_an_error_that_suggests_a_known_one():
    with pytest.raises(errors.DataError, match="Did you mean.*`celeb_a`"):
        data.load("tfds:celeba", resolution=16)


def test_an_unknown_configuration_is_an_error():
    with pytest.raises(errors.DataError, match="tfds:celeb_a_hq/77"):
        data.load("tfds:celeb_a_hq/77", resolution=16)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("celeb_a", "Run `tfds build celeb_a`"),
        ("lsun/bedroom", "give their folder as the source"),
    ],
)
def test_a_dataset_that_is_not_prepared_says_how_to_prepare_it(
    tmp_path, monkeypatch, name, hint
):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))

    with pytest.raises(errors.DataError, match=hint):
        data.load(f"tfds:{name}", resolution=16)


@pytest.fixture
def mocked(monkeypatch):
    """The library's own datasets, with random pictures in place of theirs."""
    monkeypatch.setattr(tfds.core.DatasetBuilder, "is_prepared", lambda _: True)
    with tfds.testing.mock_data(num_examples=5):
        yield


@pytest.mark.parametrize(
    ("name", "crop"),
    [
        ("celeb_a", "celeba"),
        ("lsun/bedroom", "center"),
        ("mnist", "none"),
        ("cifar10", "none"),
    ],
)
def test_the_librarys_own_datasets_can_be_read(mocked, name, crop):
    photographs = data.load(f"tfds:{name}", resolution=32, crop=crop)

    assert photographs.images.shape == (5, 32, 32, 3)


def test_a_dataset_without_pictures_is_an_error(mocked):
    with pytest.raises(errors.DataError, match="one feature with pictures"):
        data.load("tfds:iris", resolution=16)


@pytest.mark.slow
def test_a_form_that_is_not_read_in_order_is_named(tmp_path, monkeypatch):
    pytest.importorskip("array_record")
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    TinyShades(
        data_dir=tmp_path, file_format="array_record"
    ).download_and_prepare()

    with pytest.raises(errors.DataError, match="stored as array_record.*tfrec"):
        data.load("tfds:tiny_shades", resolution=16)
