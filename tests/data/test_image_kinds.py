"""What a file is, by its contents; and what is refused with advice."""

import pytest
from PIL import Image

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.data import image_kinds
from tf_fingerprint.data import opening

from .. import found_pictures as found


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        *(("PNG", "PNG"), ("JPEG", "JPEG"), ("GIF", "GIF"), ("WEBP", "WebP")),
        *(("TIFF", "TIFF"), ("BMP", "BMP"), ("PPM", "PPM")),
        pytest.param("AVIF", "AVIF", marks=found.NEEDS_AVIF),
        *(("ICO", "ICO"), ("PCX", "PCX"), ("JPEG2000", "JPEG 2000")),
    ],
)
def test_what_pillow_writes_is_known_without_a_name(kind, expected):
    content = found.saved(found.photograph(1), kind)

    assert image_kinds.kind_of(content[: image_kinds.HEAD_BYTES]) == expected
    assert expected in image_kinds.PICTURE_KINDS
    assert data.read_image(content, resolution=16).shape == (16, 16, 3)


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"%PDF-1.7\n", "scan", "a PDF. Save its pages"),
        (b"\0\0\0\x18ftypisom" + bytes(50), "clip.jpg", "a video. Save its"),
        (b"\x1aE\xdf\xa3" + bytes(60), "clip", "a video"),
        (b"II*\0\x10\0\0\0CR\2\0" + bytes(50), "a.tif", "a camera raw"),
        (b"II*\0" + bytes(60), "a.NEF", "a camera raw. Develop it"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a.png", "be run as a program"),
        (b"PK\3\4" + bytes(60), "a.png", "a zip archive. Give the archive"),
        (b"\0\0\0\x18ftypheic" + bytes(64), "IMG.HEIC", "IMG.HEIC"),
    ],
)
def test_other_kinds_are_refused_by_name(content, name, told):
    with pytest.raises(errors.DataError) as caught:
        data.read_image(content, resolution=16, name=name)

    assert told in str(caught.value)


def test_encapsulated_postscript_never_reaches_pillow():
    # Written by Pillow, whose reader of it would start another program.
    content = found.saved(found.photograph(1), "EPS")
    assert content.startswith(b"%!PS")

    with pytest.raises(errors.DataError, match="PostScript"):
        data.read_image(content, resolution=16)
    # Not even with another beginning.
    assert "EPS" not in image_kinds.formats()


def test_heic_is_read_where_its_plug_in_is():
    pytest.importorskip("pillow_heif").register_heif_opener()
    content = found.saved(found.photograph(1), "HEIF")

    assert image_kinds.kind_of(content[:64]) == "HEIC"
    assert data.read_image(content, resolution=16).shape == (16, 16, 3)


def test_a_missing_plug_in_is_named(monkeypatch):
    monkeypatch.setitem(
        image_kinds._PLUG_INS, "HEIC", ("no_such", "pillow-heif")
    )

    with pytest.raises(errors.DataError, match="needs pillow-heif.*Install"):
        data.read_image(b"\0\0\0\x18ftypheic" + bytes(64), resolution=16)


def test_too_many_pixels_are_refused_with_the_limit_and_advice(monkeypatch):
    monkeypatch.setattr(opening, "MAX_PIXELS", 1000)
    content = found.saved(found.photograph(1))

    with pytest.raises(errors.DataError) as caught:
        data.read_image(content, resolution=16)

    assert "64 x 64 pixels, 4,096; at most 1,000 are" in str(caught.value)
    assert "Cut out the part" in str(caught.value)


def test_what_pillow_calls_an_attack_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)

    with pytest.raises(errors.DataError, match="shrink the whole") as caught:
        data.read_image(found.saved(found.photograph(1)), resolution=16)
    assert "attack" not in str(caught.value)


def test_a_jpeg_of_too_many_pixels_is_decoded_smaller(monkeypatch):
    image = found.photograph(1, (256, 256))
    content = found.saved(image, "JPEG", quality=95)
    monkeypatch.setattr(opening, "MAX_PIXELS", 200 * 200)

    with opening.opened(content, "x.jpg") as opened:
        assert opened.size == (128, 128)
