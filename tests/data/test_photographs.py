import pathlib
import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import data
from tf_fingerprint import errors

SHARED = pathlib.Path(__file__).parents[3] / "shared" / "data"


def save_pictures(folder, num_pictures, size=(20, 16)):
    """Saves pictures of one shade, ten times their number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(num_pictures):
        image = Image.new("RGB", size, (10 * number,) * 3)
        image.save(folder / f"{number:03}.png")
    return folder


def zip_folder(folder):
    return pathlib.Path(shutil.make_archive(folder, "zip", folder))


def shades(photographs):
    return (photographs.images[:, 0, 0, 0] // 10).tolist()


def test_a_folder_is_read_with_its_sub_folders_in_sorted_order(tmp_path):
    save_pictures(tmp_path / "b", 2)
    save_pictures(tmp_path / "a" / "deep", 3)

    photographs = data.load(tmp_path, resolution=16)

    assert photographs.images.shape == (5, 16, 16, 3)
    assert photographs.names == (
        "a/deep/000.png",
        "a/deep/001.png",
        "a/deep/002.png",
        "b/000.png",
        "b/001.png",
    )
    assert shades(photographs) == [0, 1, 2, 0, 1]
    assert photographs.broken == ()
    assert len(photographs) == 5


def test_a_zip_gives_the_same_as_its_folder(tmp_path):
    folder = save_pictures(tmp_path / "pictures", 9)
    save_pictures(folder / "more", 2)

    from_folder = data.load(folder, resolution=8, channels=1)
    from_zip = data.load(zip_folder(folder), resolution=8, channels=1)

    np.testing.assert_array_equal(from_zip.images, from_folder.images)
    assert from_zip.names == from_folder.names
    assert from_zip.digest == from_folder.digest


def test_the_digest_changes_with_any_pixel_and_with_the_shape(tmp_path):
    folder = save_pictures(tmp_path, 3)
    digests = {data.load(folder, resolution=16).digest}
    digests.add(data.load(folder, resolution=8).digest)
    digests.add(data.load(folder, resolution=16, max_images=2).digest)
    image = Image.new("RGB", (16, 16), (20, 20, 20))
    image.putpixel((3, 3), (20, 20, 21))
    image.save(folder / "002.png")
    digests.add(data.load(folder, resolution=16).digest)

    assert len(digests) == 4


def test_more_pictures_than_one_chunk_keep_their_order(tmp_path):
    save_pictures(tmp_path, 25)
    for number in range(25, 600):
        shutil.copy(
            tmp_path / f"{number % 25:03}.png", tmp_path / f"{number}.png"
        )

    photographs = data.load(tmp_path, resolution=8)

    assert shades(photographs) == [int(n[:-4]) % 25 for n in photographs.names]


def test_at_most_max_images_are_read_and_zero_means_all(tmp_path):
    save_pictures(tmp_path, 5)

    first = data.load(tmp_path, resolution=16, max_images=2)

    assert first.names == ("000.png", "001.png")
    assert len(data.load(tmp_path, resolution=16, max_images=0)) == 5


def test_a_systems_own_and_other_files_are_passed_over(tmp_path):
    folder = save_pictures(tmp_path / "pictures", 2)
    (folder / "labels.txt").write_text("cat")
    (folder / ".hidden.png").write_bytes(b"?")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "000.png").write_bytes(b"?")

    for source in (folder, zip_folder(folder)):
        assert data.load(source, resolution=16).names == ("000.png", "001.png")


def test_extensions_count_in_upper_case_too(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "IMG_0001.JPG", "JPEG")

    assert data.load(tmp_path, resolution=8).names == ("IMG_0001.JPG",)


def test_broken_files_within_the_share_are_skipped_and_named(tmp_path):
    folder = save_pictures(tmp_path / "pictures", 9)
    (folder / "004a.png").write_bytes(b"not a picture")

    for source in (folder, zip_folder(folder)):
        photographs = data.load(source, resolution=16, max_broken_share=0.1)

        assert shades(photographs) == list(range(9))
        assert "004a.png" not in photographs.names
        [(name, reason)] = photographs.broken
        assert name == "004a.png"
        assert "no known format" in reason


def test_more_broken_files_are_an_error_that_names_the_first(tmp_path):
    save_pictures(tmp_path, 6)
    for name in ("a.png", "b.png", "c.png", "d.png"):
        (tmp_path / name).write_bytes(b"not a picture")

    with pytest.raises(errors.DataError, match="a.png.*b.png.*") as raised:
        data.load(tmp_path, resolution=16, max_broken_share=0.1)

    assert "10.00% of 10 pictures" in str(raised.value)


def test_nothing_but_broken_files_is_an_error_whatever_the_share(tmp_path):
    (tmp_path / "a.png").write_bytes(b"not a picture")

    with pytest.raises(errors.DataError, match="a.png"):
        data.load(tmp_path, resolution=16, max_broken_share=1)


def test_a_damaged_member_of_a_zip_is_named(tmp_path):
    archive = zip_folder(save_pictures(tmp_path / "pictures", 5))
    content = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as opened:
        start = opened.getinfo("002.png").header_offset
    content[start + 45 : start + 60] = b"x" * 15
    archive.write_bytes(content)

    photographs = data.load(archive, resolution=8, max_broken_share=0.5)

    assert [name for name, _ in photographs.broken] == ["002.png"]
    assert shades(photographs) == [0, 1, 3, 4]


def test_the_celeba_crop_is_refused_by_pictures_of_another_size(tmp_path):
    save_pictures(tmp_path, 3)

    with pytest.raises(errors.DataError, match="178 x 218"):
        data.load(tmp_path, resolution=64, crop="celeba")


def test_a_set_too_large_for_memory_is_refused_before_decoding(tmp_path):
    (tmp_path / "huge.png").write_bytes(b"would be broken")
    (tmp_path / "next.png").write_bytes(b"would be broken")

    with pytest.raises(errors.DataError, match="`max_images` to at most 1"):
        data.load(tmp_path, resolution=256, max_bytes=256 * 256 * 3 + 5)


def wrong_sources(folder):
    folder.mkdir()
    (folder / "empty").mkdir()
    (folder / "texts").mkdir()
    (folder / "texts" / "a.txt").write_text("a")
    (folder / "pictures.tar").write_bytes(b"?")
    (folder / "pictures.zip").write_bytes(b"?")
    return {
        "empty": "must contain pictures.*It is empty",
        "texts": r"Found 1 other files: \.txt \(1\)",
        "nowhere": "no such folder or file",
        "pictures.tar": "must be a folder or a .zip",
        "pictures.zip": "can't be read as a zip archive",
    }


@pytest.mark.parametrize(
    "name", ["empty", "texts", "nowhere", "pictures.tar", "pictures.zip"]
)
def test_a_wrong_source_is_named_with_what_is_wrong(tmp_path, name):
    messages = wrong_sources(tmp_path / "sources")

    with pytest.raises(errors.DataError, match=messages[name]) as raised:
        data.load(tmp_path / "sources" / name, resolution=16)

    assert name in str(raised.value)


def test_decoding_shows_its_progress_only_on_a_terminal(tmp_path, capfd):
    save_pictures(tmp_path, 3)

    data.load(tmp_path, resolution=16, progress=True)

    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("archive", "num_pictures"),
    [
        ("afhqcat64_ci500.zip", 500),
        ("fruits64_ci500.zip", 500),
        ("bsds_ci24.zip", 24),
    ],
)
def test_real_photographs_are_read_without_loss(archive, num_pictures):
    path = SHARED / "ci" / archive
    if not path.exists():
        pytest.skip(f"{path} is not on this machine")

    photographs = data.load(path, resolution=64, max_broken_share=0)

    assert len(photographs) == num_pictures
    assert 0.1 < photographs.images.std() / 255 < 0.5


def test_what_is_held_out_is_spread_evenly():
    chosen = data.held_out(4638, 0.05)

    places = np.flatnonzero(chosen)
    assert len(places) == 232
    assert set(np.diff(places)) == {19, 20}
    assert data.held_out(10, 0.0).sum() == 1
    assert data.held_out(10, 0.99).sum() == 9


@pytest.mark.parametrize("count", [0, 1])
def test_one_picture_can_not_be_shared_out(count):
    with pytest.raises(errors.DataError, match=f"Received {count}"):
        data.held_out(count, 0.5)
