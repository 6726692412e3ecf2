"""What a file is, by its first bytes and not by its name.

Only formats that are read in this process are: those that start other
programs, such as EPS and its Ghostscript, never reach their decoder.
"""

import importlib
import pathlib

from PIL import Image

# Pillow's names of the formats that it may open.
FORMATS = (
    *("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "DIB", "PPM"),
    *("AVIF", "JPEG2000", "ICO", "ICNS", "TGA", "PCX", "QOI", "SGI", "PSD"),
    *("DDS", "HEIF", "JXL"),
)

# How many bytes tell what a file is.
HEAD_BYTES = 64

# What else brings a format: its name for Pillow, the module, how to get it.
_PLUG_INS = {
    "HEIC": ("pillow_heif", "pillow-heif"),
    "JPEG XL": ("pillow_jxl", "pillow-jxl-plugin"),
}

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"FUJIFILMCCD-RAW", "camera raw"),
    (b"IIRO", "camera raw"),
    (b"IIRS", "camera raw"),
    (b"IIU\0", "camera raw"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"qoif", "QOI"),
    (b"8BPS", "PSD"),
    (b"DDS ", "DDS"),
    (b"icns", "ICNS"),
    (b"\0\0\1\0", "ICO"),
    (b"\x01\xda", "SGI"),
    (b"\x0a\x05\x01\x08", "PCX"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"%PDF", "PDF"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"OggS", "video"),
    (b"\0\0\1\xba", "video"),
    (b"\0\0\1\xb3", "video"),
    (b"FLV\1", "video"),
    (b"PK\3\4", "zip archive"),
    (b"<?xml", "text"),
    (b"<svg", "SVG"),
    (b"<!DOCTYPE", "text"),
    (b"<html", "text"),
)

# The brands of ISO's media files whose pictures are read, or are raw.
_BRANDS = {
    **dict.fromkeys(
        (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1"), "HEIC"
    ),
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    b"crx ": "camera raw",
}

# Endings of TIFF files that hold what a sensor saw.
_RAW_ENDINGS = (".dng", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".pef", ".cr2")

# What to do with the kinds that are not read.
_ADVICE = {
    "camera raw": "Develop it into a TIFF or PNG file and give that.",
    "PDF": "Save its pages or pictures as PNG files (`pdftoppm -png`, "
    "`pdfimages -png`) and give those.",
    "PostScript": "It would be run as a program. Save it as PNG and give that.",
    "SVG": "Save it as PNG and give that.",
    "video": "Save its frames as PNG files (`ffmpeg -i FILE frame-%05d.png`) "
    "and give those.",
    "zip archive": "Give the archive itself to a command that takes one, or "
    "unpack it.",
}

PICTURE_KINDS = frozenset(
    {
        *("PNG", "JPEG", "GIF", "TIFF", "BMP", "QOI", "PSD", "DDS", "ICNS"),
        *("ICO", "SGI", "PCX", "JPEG 2000", "AVIF", "WebP", "PPM"),
        *_PLUG_INS,
    }
)


def kind_of(head: bytes, name: str = "") -> str | None:
    """What a file is, such as `PNG`, `HEIC`, `PDF`, `video`; None if unknown.

    `head`: its first `HEAD_BYTES`, or all of it; `name`: its name; only the
    endings of raw pictures are looked at.
    """
    if head[4:8] == b"ftyp":
        return _of_media(head)
    if head[:4] == b"RIFF":
        return {b"WEBP": "WebP", b"AVI ": "video"}.get(bytes(head[8:12]))
    if head[:1] == b"P" and head[1:2] in b"1234567" and head[2:3].isspace():
        return "PPM"
    kind = next(
        (kind for start, kind in _STARTS if head.startswith(start)), None
    )
    ending = pathlib.PurePath(name).suffix.lower()
    is_raw = head[8:10] == b"CR" or ending in _RAW_ENDINGS
    if kind == "TIFF" and is_raw:
        return "camera raw"
    if kind is None and ending == ".tga" and head[2:3] in b"\1\2\3\x09\x0a\x0b":
        return "TGA"  # It has no mark of its own.
    return kind


def check(head: bytes, name: str) -> None:
    """Raises a `ValueError` that says why a file can't be a picture."""
    kind = kind_of(head, name)
    if kind in _PLUG_INS:
        _import_plug_in(kind)
    elif kind in _ADVICE:
        raise ValueError(f"It is {_with_article(kind)}. {_ADVICE[kind]}")


def formats() -> list[str]:
    """Those of `FORMATS` that can be opened, for `PIL.Image.open`."""
    Image.init()
    return [each for each in FORMATS if each in Image.OPEN]


def _of_media(head):
    """Of an ISO media file, by its brand and those it is compatible with."""
    brands = [head[8:12], *(head[n : n + 4] for n in range(16, len(head), 4))]
    for brand in brands:
        if bytes(brand) in _BRANDS:
            return _BRANDS[bytes(brand)]
    return "video"


def _import_plug_in(kind):
    module, package = _PLUG_INS[kind]
    try:
        plug_in = importlib.import_module(module)
    except ImportError as error:
        raise ValueError(
            f"It is {_with_article(kind)} picture, which needs {package}. "
            f"{error}. Install `tf-fingerprint[pictures]`, or save the picture "
            "as PNG."
        ) from error
    if kind == "HEIC" and "HEIF" not in Image.OPEN:
        plug_in.register_heif_opener()


def _with_article(kind):
    return f"{'an' if kind[0] in 'AEIOSH' and kind.isupper() else 'a'} {kind}"
